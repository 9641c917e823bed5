import { createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { EngineError } from '#contract/errors';
import { type Encoding, encodingOf } from './encoding.ts';
import { type Packing, packingByName, packingOf, unpackedBytes, unpackedStart } from './unpacked.ts';

const headBytes = 256 * 1024;
/** So many bytes of what is packed are looked at. */
const unpackedHeadBytes = headBytes * 4;

export interface FileHead {
  /** Whole lines from the start. */
  text: string;
  /** Its first bytes, unpacked. */
  bytes: Uint8Array;
  encoding: Encoding;
  packing: Packing;
  /** Of the file as it lies there. */
  sizeBytes: number;
}

/** The start of a file, unpacked, and how its text is encoded, where that is not given. */
export async function readHead(path: string, encoding?: Encoding): Promise<FileHead> {
  let bytes: Uint8Array;
  let sizeBytes: number;
  let packing: Packing;
  try {
    const handle = await open(path, 'r');
    try {
      sizeBytes = (await handle.stat()).size;
      const buffer = Buffer.alloc(Math.min(sizeBytes, headBytes));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      bytes = buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
    packing = packingOf(bytes);
    if (bytes.length > 0) bytes = unpackedStart(bytes, packing ?? packingByName(path), unpackedHeadBytes);
  } catch (error) {
    throw unreadable(path, error);
  }
  const cut = sizeBytes > headBytes || bytes.length === unpackedHeadBytes;
  const actual = encoding ?? encodingOf(bytes, cut);
  let text = new TextDecoder(actual).decode(bytes);
  if (cut && text.includes('\n')) text = text.slice(0, text.lastIndexOf('\n') + 1);
  return { text, bytes, encoding: actual, packing, sizeBytes };
}

/** A copy of a text file in UTF-8, unpacked. */
export async function copyAsUtf8(
  path: string,
  { encoding, packing }: Pick<FileHead, 'encoding' | 'packing'>,
  target: string,
): Promise<void> {
  const decoder = new TextDecoder(encoding);
  async function* decoded(): AsyncGenerator<string> {
    for await (const chunk of unpackedBytes(path, packing)) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  }
  await pipeline(decoded, createWriteStream(target));
}

/** A copy of a file, unpacked. */
export async function copyUnpacked(path: string, packing: Packing, target: string): Promise<void> {
  await pipeline(unpackedBytes(path, packing), createWriteStream(target));
}

/** Text shrinks to a tenth, repetitive logs to a hundredth; gzip's best is a thousandth. */
const mostGrowth = 400;
const leastBomb = 2 ** 30;

/**
 * Reads a packed file to its end: DuckDB takes what comes before a cut for the whole. Refuses what grows to more than a gigabyte and 400 times its size: that is
 * no log, and would fill the disk.
 */
export async function checkPacked(path: string, { packing, sizeBytes }: Pick<FileHead, 'packing' | 'sizeBytes'>): Promise<void> {
  if (packing === null) return;
  let unpacked = 0;
  try {
    for await (const chunk of unpackedBytes(path, packing)) {
      unpacked += chunk.length;
      if (unpacked > leastBomb && unpacked > mostGrowth * sizeBytes)
        throw new EngineError(
          'bad_data',
          `${path} grows to more than ${mostGrowth} times its size when it is unpacked, which no event log does. Unpack it yourself and import what is in it, if you trust it. Nothing was imported.`,
          { file: path },
        );
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What the system says of a file that cannot be read, in words. */
export function unreadable(path: string, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const why: Record<string, string> = {
    ENOENT: 'it does not exist',
    EACCES: 'this user may not read it',
    EPERM: 'this user may not read it',
    EISDIR: 'it is a folder',
    Z_DATA_ERROR: 'it is no gzip file, or a damaged one',
    Z_BUF_ERROR: 'its gzip data is cut off',
  };
  // fzstd numbers its errors; 5 is the end that came too early.
  const zstd = typeof code === 'number' ? (code === 5 ? 'its zstd data is cut off' : 'it is no zstd file, or a damaged one') : undefined;
  const reason = zstd ?? (code && why[code]) ?? (error instanceof Error ? error.message : String(error));
  return new EngineError(
    'unreadable_file',
    `${path} cannot be read: ${reason}. Check the path and try again.`,
    { file: path, ...(code ? { reason: code } : {}) },
    { cause: error },
  );
}

/** Whether a path is a file or a folder; refuses anything else, and what is not there. */
export async function kindOfPath(path: string): Promise<'file' | 'folder'> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (found.isDirectory()) return 'folder';
  if (found.isFile()) return 'file';
  throw new EngineError('unreadable_file', `${path} is neither a file nor a folder.`, { file: path });
}

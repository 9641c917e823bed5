import { createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { EngineError } from '#contract/errors';
import { type Encoding, encodingOf } from './encoding.ts';
import { type Packing, packingByName, packingOf, unpackedBytes, unpackedStart } from './unpacked.ts';

const headBytes = 256 * 1024;
/** Enough for two of the longest lines. */
const longestHead = 16 * 1024 * 1024;

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
  let most = headBytes;
  for (;;) {
    const head = await readStart(path, most, encoding);
    // A header and a row at least: cells may be of megabytes.
    if (!head.cut || head.text.split('\n', 4).length === 4 || most >= longestHead) return head;
    most *= 8;
  }
}

async function readStart(path: string, most: number, encoding: Encoding | undefined): Promise<FileHead & { cut: boolean }> {
  let bytes: Uint8Array;
  let sizeBytes: number;
  let packing: Packing;
  let cut: boolean;
  try {
    const handle = await open(path, 'r');
    try {
      sizeBytes = (await handle.stat()).size;
      const buffer = Buffer.alloc(Math.min(sizeBytes, most));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      bytes = buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
    packing = packingOf(bytes);
    const unpack = packing ?? packingByName(path);
    if (unpack !== null && bytes.length > 0) ({ bytes, cut } = await unpackedStart(path, unpack, most));
    else cut = sizeBytes > bytes.length;
  } catch (error) {
    throw unreadable(path, error);
  }
  const actual = encoding ?? encodingOf(bytes, cut);
  let text = new TextDecoder(actual).decode(bytes);
  if (cut && text.includes('\n')) text = text.slice(0, text.lastIndexOf('\n') + 1);
  return { text, bytes, encoding: actual, packing, sizeBytes, cut };
}

/** A copy of a text file in UTF-8, unpacked. `oneLineEnd`: lines that end in different ways end in one, which DuckDB wants. */
export async function copyAsUtf8(
  path: string,
  { encoding, packing }: Pick<FileHead, 'encoding' | 'packing'>,
  target: string,
  oneLineEnd = false,
): Promise<void> {
  const decoder = new TextDecoder(encoding);
  async function* decoded(): AsyncGenerator<string> {
    let held = '';
    for await (const chunk of unpackedBytes(path, packing)) {
      const text = held + decoder.decode(chunk, { stream: true });
      held = oneLineEnd && text.endsWith('\r') ? '\r' : '';
      const whole = held ? text.slice(0, -1) : text;
      yield oneLineEnd ? whole.replaceAll(/\r\n?/g, '\n') : whole;
    }
    yield (held ? '\n' : '') + decoder.decode();
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

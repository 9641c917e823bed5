import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { EngineError } from '#contract/errors';

const headBytes = 256 * 1024;

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';

export interface FileHead {
  text: string;
  encoding: Encoding;
  sizeBytes: number;
}

/** Whole lines from the start of a file, unpacked where the name ends in .gz, and how its text is encoded. */
export async function readHead(path: string, encoding?: Encoding): Promise<FileHead> {
  let bytes: Uint8Array;
  let sizeBytes: number;
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
    if (path.endsWith('.gz') && bytes.length > 0)
      bytes = gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, headBytes * 4);
  } catch (error) {
    throw unreadable(path, error);
  }
  const cut = sizeBytes > bytes.length || bytes.length === headBytes * 4;
  const mark = encoding ?? markOf(bytes);
  let text = new TextDecoder(mark).decode(bytes);
  if (cut && text.includes('\n')) text = text.slice(0, text.lastIndexOf('\n') + 1);
  return { text, encoding: mark, sizeBytes };
}

function markOf(bytes: Uint8Array): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** A copy of a text file in UTF-8. */
export async function copyAsUtf8(path: string, encoding: Encoding, target: string): Promise<void> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const bytes: AsyncIterable<Uint8Array> = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  const decoder = new TextDecoder(encoding);
  async function* decoded(): AsyncGenerator<string> {
    for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  }
  await pipeline(decoded, createWriteStream(target));
}

/** Reads a gzip file to its end: DuckDB takes what comes before a cut for the whole. */
export async function checkGzip(path: string): Promise<void> {
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 20 }),
      createGunzip(),
      new Writable({ write: (_chunk, _encoding, done) => done() }),
    );
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
  const reason = (code && why[code]) ?? (error instanceof Error ? error.message : String(error));
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

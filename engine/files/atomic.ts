import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Makes a folder's own entries durable. Windows has no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What a file is made of: bytes, text, or bytes in parts, which are not joined before they are written. */
type Content = Uint8Array | string | readonly Uint8Array[];

/** Writes a file and makes it durable. A new one gets the rights of `mode`. */
export async function writeDurable(file: string, bytes: Content, mode?: number): Promise<void> {
  const handle = await open(file, 'w', mode);
  try {
    await writeFile(handle, bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The file is the old one or the new one, whole, whatever happens in between. */
export async function writeAtomic(file: string, bytes: Content, mode?: number): Promise<void> {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeDurable(temporary, bytes, mode);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/**
 * Fills a folder that appears whole or not at all: `fill` writes into a staging folder beside it, which then takes the name.
 * The folder must not exist yet.
 */
export async function createFolderAtomic(folder: string, fill: (staging: string) => Promise<void>): Promise<void> {
  const staging = path.join(path.dirname(folder), `.${path.basename(folder)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  await mkdir(staging, { recursive: true });
  try {
    await fill(staging);
    await syncFolder(staging);
    await rename(staging, folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  await syncFolder(path.dirname(folder));
}

/** SHA-256 of a file, in hex, read as a stream. */
export async function sha256File(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** SHA-256 of bytes or text, in hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

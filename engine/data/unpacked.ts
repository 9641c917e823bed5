import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';

/** How the bytes of a file are packed, as its first bytes say. */
export type Packing = 'gzip' | 'zstd' | null;

export function packingOf(first: Uint8Array): Packing {
  if (first[0] === 0x1f && first[1] === 0x8b) return 'gzip';
  if (first[0] === 0x28 && first[1] === 0xb5 && first[2] === 0x2f && first[3] === 0xfd) return 'zstd';
  return null;
}

const packedEnding = /\.(gz|zst|zstd)$/i;

/** What the name of a file says that it is packed with. */
export function packingByName(file: string): Packing {
  const ending = packedEnding.exec(file)?.[1]?.toLowerCase();
  return ending === undefined ? null : ending === 'gz' ? 'gzip' : 'zstd';
}

/** A file's name without its folder in lower case, and without the ending that tells how it is packed. */
export const plainName = (file: string): string => (file.split(/[\\/]/).at(-1) as string).replace(packedEnding, '').toLowerCase();

async function* unzstd(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  const stream = new Decompress((part) => {
    if (part.length > 0) parts.push(part);
  });
  for await (const chunk of bytes) {
    stream.push(chunk);
    yield* parts;
    parts = [];
  }
  stream.push(new Uint8Array(0), true);
  yield* parts;
}

/** The bytes of a file, unpacked. Throws where they are damaged or cut off. */
export function unpackedBytes(file: string, packing: Packing): AsyncIterable<Uint8Array> {
  const stream = createReadStream(file, { highWaterMark: 1 << 20 });
  if (packing === 'gzip') {
    const unpacked = createGunzip({ chunkSize: 1 << 18 });
    // Whoever stops to read ends the file too.
    pipeline(stream, unpacked, () => undefined);
    return unpacked;
  }
  return packing === 'zstd' ? unzstd(stream) : stream;
}

/** The first bytes of a file, unpacked, at most so many and a little more; whether there are others. Throws where it is not what it says it is. */
export async function unpackedStart(file: string, packing: Packing, most: number): Promise<{ bytes: Uint8Array; cut: boolean }> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of unpackedBytes(file, packing)) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= most) return { bytes: Buffer.concat(parts), cut: true };
  }
  return { bytes: Buffer.concat(parts), cut: false };
}

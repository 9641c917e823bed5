import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import { sha256, sha256File, syncFolder } from '../files/atomic.ts';
import type { Matrix } from '../math/arrays.ts';
import { createNative, type HnswIndex, wrapNative } from './hnsw-index.ts';
import { checkVectors, type VectorIndexSettings } from './vector-index.ts';

/** What is kept beside a saved index, in its manifest. */
export interface SavedIndex {
  settings: VectorIndexSettings;
  sha256: string;
  sizeBytes: number;
  /** HMAC by this installation's key over the file, the vectors and the settings. Nobody else can make one. */
  seal: string;
}

function sealOf(key: Uint8Array, fileHash: string, items: Matrix, settings: VectorIndexSettings): string {
  const vectors = sha256(new Uint8Array(items.data.buffer, items.data.byteOffset, items.data.byteLength));
  const { kind, precision, connectivity, expansionAdd, expansionSearch } = settings;
  const facts = [fileHash, vectors, items.rows, items.columns, kind, precision, connectivity, expansionAdd, expansionSearch];
  return createHmac('sha256', key).update(JSON.stringify(facts)).digest('hex');
}

const equal = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Saves an index: the file is the old one or the new one, whole. The native call is not atomic, so it writes beside the name first. */
export async function saveVectorIndex(index: HnswIndex, items: Matrix, file: string, key: Uint8Array): Promise<SavedIndex> {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    try {
      index.native.save(temporary);
    } catch (error) {
      throw new EngineError(
        'unavailable',
        `The vector index could not be written to ${file}. Look for free space there, then build it again.`,
        { file },
        { cause: error },
      );
    }
    const handle = await open(temporary, 'r+');
    await handle.sync().finally(() => handle.close());
    const hash = await sha256File(temporary);
    const { size } = await stat(temporary);
    await rename(temporary, file);
    await syncFolder(path.dirname(file));
    return { settings: index.settings, sha256: hash, sizeBytes: size, seal: sealOf(key, hash, items, index.settings) };
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Opens a saved index only where this installation wrote it, for these very vectors, and not a bit has changed; otherwise null, and the caller
 * builds it from the vectors. A changed file can crash native code in its first searches, and a hash that came with it proves nothing.
 */
export async function loadVectorIndex(file: string, saved: SavedIndex, items: Matrix, key: Uint8Array): Promise<HnswIndex | null> {
  checkVectors(items);
  if (saved.settings.kind !== 'hnsw') return null;
  const hash = await sha256File(file).catch(() => null);
  if (hash === null || hash !== saved.sha256 || !equal(saved.seal, sealOf(key, hash, items, saved.settings))) return null;
  const native = await createNative(items.columns, saved.settings);
  try {
    native.load(file);
  } catch {
    return null;
  }
  return native.size() === items.rows && native.dimensions() === items.columns ? wrapNative(native, items, saved.settings) : null;
}

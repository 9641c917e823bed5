import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BundleManifest } from '#contract/bundle';
import { reportOf } from '#contract/errors';
import { sha256 } from '../files/atomic.ts';
import type { AttributeColumns, Matrix, NamedArrays } from '../math/arrays.ts';
import { decodeSafetensors } from '../math/safetensors.ts';
import { allTexts, decodeAttributes } from './attribute-arrays.ts';
import type { BundleAttributes, LoadedBundle, SeenItems } from './contents.ts';
import { arrayNames, bundleFiles } from './layout.ts';
import { refuse } from './manifest.ts';
import { createBreather, decodeTexts } from './text-array.ts';
import { verifyBundle } from './verify-bundle.ts';

/** The arrays of a file whose very bytes have the listed hash, whatever happened to the file since it was verified. */
async function readArrays(folder: string, manifest: BundleManifest, name: string): Promise<NamedArrays> {
  const bytes = await readFile(path.join(folder, name));
  if (sha256(bytes) !== manifest.files.find((file) => file.path === name)?.sha256) refuse(folder, name, 'it changed while it was read.');
  await new Promise((resolve) => setImmediate(resolve));
  try {
    return decodeSafetensors(bytes).arrays;
  } catch (error) {
    return refuse(folder, name, reportOf(error).message);
  }
}

function matrixOf(arrays: NamedArrays, name: string, rows: number, columns: number): Matrix {
  const array = arrays[name];
  if (!(array?.data instanceof Float32Array) || array.shape.length !== 2 || array.shape[0] !== rows || array.shape[1] !== columns) {
    throw new Error(`${name} should be ${rows} × ${columns} 32-bit floats, and is ${array ? `[${array.shape}]` : 'missing'}.`);
  }
  return { rows, columns, data: array.data };
}

function vectorOf<T extends Float32Array | Int32Array | Uint8Array>(
  arrays: NamedArrays,
  name: string,
  kind: new (length: number) => T,
  length?: number,
): T {
  const data = arrays[name]?.data;
  if (!(data instanceof kind) || (length !== undefined && data.length !== length)) {
    throw new Error(
      `${name} should hold ${length ?? 'some'} values of type ${kind.name}, and ${data ? `holds ${data.length}` : 'is missing'}.`,
    );
  }
  return data;
}

async function seenOf(arrays: NamedArrays, users: number, items: number): Promise<SeenItems> {
  const indptr = vectorOf(arrays, arrayNames.seenIndptr, Int32Array, users + 1);
  const indices = vectorOf(arrays, arrayNames.seenIndices, Int32Array);
  if (indptr[0] !== 0 || indptr[users] !== indices.length) throw new Error('seen.indptr does not span seen.indices.');
  for (let row = 0; row < users; row++) {
    if ((indptr[row + 1] as number) < (indptr[row] as number)) throw new Error(`seen.indptr goes backwards at user row ${row}.`);
  }
  for (const item of indices) if (item < 0 || item >= items) throw new Error(`seen.indices names item row ${item} of ${items}.`);
  const typed = arrays[arrayNames.seenTypes] !== undefined;
  const types = typed ? vectorOf(arrays, arrayNames.seenTypes, Int32Array, indices.length) : null;
  return { indptr, indices, types, typeNames: typed ? await allTexts(arrayNames.seenTypeNames, arrays) : [] };
}

async function checkUnique(ids: string[], whose: string): Promise<void> {
  const breathe = createBreather();
  const known = new Set<string>();
  for (const id of ids) {
    if (known.has(id)) throw new Error(`two ${whose} have the id ${JSON.stringify(id)}.`);
    known.add(id);
    if (known.size % 1024 === 0) await breathe();
  }
}

const noColumns = (rows: number): AttributeColumns => ({ rows, categories: [], lists: [], numbers: [] });

async function attributesOf(arrays: NamedArrays | null, folder: string, users: number, items: number): Promise<BundleAttributes> {
  if (!arrays) return { users: noColumns(users), items: noColumns(items) };
  try {
    return { users: await decodeAttributes('user', arrays, users), items: await decodeAttributes('item', arrays, items) };
  } catch (error) {
    return refuse(folder, bundleFiles.attributes, error instanceof Error ? error.message : String(error));
  }
}

/**
 * Verifies a bundle and reads its arrays into memory, in short stretches, so that the process answers others meanwhile.
 * Throws `bundle_refused` that names the file and the reason.
 */
export async function readBundle(folder: string): Promise<LoadedBundle> {
  const { manifest } = await verifyBundle(folder);
  const { users, items, dimensions } = manifest.counts;
  const arrays = await readArrays(folder, manifest, bundleFiles.model);
  const ranker = manifest.ranker ? await readArrays(folder, manifest, bundleFiles.ranker) : null;
  const described = manifest.files.some((file) => file.path === bundleFiles.attributes);
  const attributes = await attributesOf(
    described ? await readArrays(folder, manifest, bundleFiles.attributes) : null,
    folder,
    users,
    items,
  );
  try {
    const userIds = await decodeTexts(arrayNames.userIds, arrays, users);
    const itemIds = await decodeTexts(arrayNames.itemIds, arrays, items);
    await checkUnique(userIds, 'users');
    await checkUnique(itemIds, 'items');
    return {
      folder,
      manifest,
      userIds,
      itemIds,
      userEmbeddings: matrixOf(arrays, arrayNames.userEmbeddings, users, dimensions),
      itemEmbeddings: matrixOf(arrays, arrayNames.itemEmbeddings, items, dimensions),
      popularity: vectorOf(arrays, arrayNames.popularity, Float32Array, items),
      seen: await seenOf(arrays, users, items),
      known: arrays[arrayNames.known] ? vectorOf(arrays, arrayNames.known, Uint8Array, users) : new Uint8Array(users).fill(1),
      ranker,
      attributes,
    };
  } catch (error) {
    return refuse(folder, bundleFiles.model, error instanceof Error ? error.message : String(error));
  }
}

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BundleManifest } from '#contract/bundle';
import type { AttributeColumns, NamedArrays } from '../math/arrays.ts';
import { decodeSafetensors } from '../math/safetensors.ts';
import { withEmptyUser } from '../math/user-arrays.ts';
import type { SeenItems } from './contents.ts';
import { arrayNames, bundleFiles } from './layout.ts';
import { readBundle } from './read-bundle.ts';
import { decodeTexts } from './text-array.ts';
import { writeBundle } from './write-bundle.ts';

/** The row of a user in a bundle; -1 where it does not know them. Nothing is verified. */
export async function bundleRowOf(folder: string, userId: string): Promise<number> {
  const { arrays } = decodeSafetensors(await readFile(path.join(folder, bundleFiles.model)));
  const count = (arrays[`${arrayNames.userIds}.offsets`]?.data.length ?? 1) - 1;
  return (await decodeTexts(arrayNames.userIds, arrays, count)).indexOf(userId);
}

function withoutSeen({ indptr, indices, types, typeNames }: SeenItems, row: number): SeenItems {
  const of = (data: Int32Array): NamedArrays[string] => ({ shape: [data.length], data });
  const arrays: NamedArrays = { 'seen.indptr': of(indptr), 'seen.indices': of(indices), ...(types ? { 'seen.types': of(types) } : {}) };
  const emptied = withEmptyUser(arrays, indptr.length - 1, row);
  return {
    indptr: emptied['seen.indptr']?.data as Int32Array,
    indices: emptied['seen.indices']?.data as Int32Array,
    types: (emptied['seen.types']?.data as Int32Array | undefined) ?? null,
    typeNames,
  };
}

/** A vocabulary without the words that nobody has any more: a word may be all that is known of one person. */
function withoutUnused(
  vocabulary: readonly string[],
  codes: Int32Array,
  before: ReadonlySet<number>,
): { vocabulary: string[]; codes: Int32Array } {
  const used = new Set(codes);
  const gone = [...before].filter((code) => code >= 0 && !used.has(code));
  if (gone.length === 0) return { vocabulary: [...vocabulary], codes };
  const places = vocabulary.map((_, code) => code - gone.filter((other) => other < code).length);
  return {
    vocabulary: vocabulary.filter((_, code) => !gone.includes(code)),
    codes: codes.map((code) => (code < 0 ? code : (places[code] as number))),
  };
}

/** Attributes of which one row says nothing. */
function withoutAttributes({ rows, categories, lists, numbers }: AttributeColumns, row: number): AttributeColumns {
  return {
    rows,
    categories: categories.map(({ name, vocabulary, codes }) => {
      const left = codes.with(row, -1);
      return { name, ...withoutUnused(vocabulary, left, new Set([codes[row] as number])) };
    }),
    lists: lists.map(({ name, vocabulary, codes, offsets }) => {
      const [from, to] = [offsets[row] as number, offsets[row + 1] as number];
      const left = Int32Array.from([...codes.subarray(0, from), ...codes.subarray(to)]);
      return {
        name,
        ...withoutUnused(vocabulary, left, new Set(codes.subarray(from, to))),
        offsets: offsets.map((offset, at) => (at > row ? offset - (to - from) : offset)),
      };
    }),
    numbers: numbers.map(({ name, values }) => ({ name, values: values.with(row, Number.NaN) })),
  };
}

interface Rewrite {
  from: string;
  to: string;
  version: string;
  userId: string;
  /** Stands in the place of the user: the row stays, and says nothing. */
  standIn: string;
  /** The table of users without them, as a Parquet file; absent where the bundle has none. */
  users?: string;
}

/**
 * Writes a bundle anew without a user: no id, no vector, no items, no attributes, no state of the ranker's features. Everybody else keeps their row and
 * their numbers. It keeps its time, since it is as old as what it learned from.
 */
export async function writeBundleWithoutUser({ from, to, version, userId, standIn, users }: Rewrite): Promise<BundleManifest> {
  const bundle = await readBundle(from);
  const { manifest, userIds } = bundle;
  const row = userIds.indexOf(userId);
  const { ranker, positives, dataAsOf, rankerMetrics, counts } = manifest;
  const items = path.join(from, bundleFiles.items);
  const embeddings = { ...bundle.userEmbeddings, data: bundle.userEmbeddings.data.slice() };
  embeddings.data.fill(0, row * embeddings.columns, (row + 1) * embeddings.columns);
  return writeBundle(to, {
    name: manifest.name,
    version,
    createdAt: manifest.createdAt,
    dataAsOf: dataAsOf ?? manifest.createdAt,
    eventsThrough: manifest.eventsThrough,
    positives: positives ?? { minValue: null, appliesTo: 'all', eventTypes: null, weights: {} },
    run: {
      id: manifest.run,
      model: manifest.model,
      label: manifest.modelLabel,
      params: manifest.params,
      seed: manifest.seed,
      dataFingerprint: manifest.dataFingerprint,
      metrics: manifest.metrics,
      versions: manifest.versions,
    },
    userIds: userIds.map((id) => (id === userId ? standIn : id)),
    itemIds: bundle.itemIds,
    newUsers: counts.newUsers ?? 0,
    newItems: counts.newItems ?? 0,
    updatedUsers: counts.updatedUsers ?? 0,
    userEmbeddings: embeddings,
    itemEmbeddings: bundle.itemEmbeddings,
    popularity: bundle.popularity,
    seen: withoutSeen(bundle.seen, row),
    known: bundle.known.with(row, 0),
    ranker: ranker &&
      bundle.ranker && { ...ranker, metrics: rankerMetrics ?? {}, arrays: withEmptyUser(bundle.ranker, userIds.length, row) },
    attributes: { users: withoutAttributes(bundle.attributes.users, row), items: bundle.attributes.items },
    vectorIndex: manifest.vectorIndex,
    tables: { ...(users === undefined ? {} : { users }), ...(existsSync(items) ? { items } : {}) },
    modelCard: await readFile(path.join(from, bundleFiles.modelCard), 'utf8').catch(() => ''),
  });
}

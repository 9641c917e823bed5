import type { EntityFeatures } from '../math/arrays.ts';

/** What a training's codes stand for: the columns it knew and their vocabularies, without anybody's values. */
export interface FeatureCodes {
  categories: { name: string; vocabulary: string[] }[];
  lists: { name: string; vocabulary: string[] }[];
  numbers: string[];
  texts: { name: string; buckets: number }[];
  vectors: { name: string; columns: number }[];
}

export function codesOf({ categories, lists, numbers, texts = [], vectors = [] }: EntityFeatures): FeatureCodes {
  return {
    categories: categories.map(({ name, vocabulary }) => ({ name, vocabulary })),
    lists: lists.map(({ name, vocabulary }) => ({ name, vocabulary })),
    numbers: numbers.map(({ name }) => name),
    texts: texts.map(({ name, buckets }) => ({ name, buckets })),
    vectors: vectors.map(({ name, columns }) => ({ name, columns })),
  };
}

const named = <T extends { name: string }>(columns: readonly T[] | undefined, name: string): T | undefined =>
  columns?.find((column) => column.name === name);

/** Codes now → codes of training; -1 where training did not know the value. */
function translation(from: string[], to: string[]): Int32Array {
  const places = new Map(to.map((value, code) => [value, code]));
  return Int32Array.from(from, (value) => places.get(value) ?? -1);
}

/** The codes of one row of lists, each through a function; negative ones are dropped. */
function rowOf({ offsets, codes }: { offsets: Int32Array; codes: Int32Array }, row: number, through: (code: number) => number): Int32Array {
  return codes
    .subarray(offsets[row], offsets[row + 1])
    .map(through)
    .filter((code) => code >= 0);
}

/**
 * One row of attributes in the codes of a training, with all of the training's columns in its order; what it did not know is missing. Null where nothing
 * is left.
 */
export function inCodes(features: EntityFeatures, row: number, codes: FeatureCodes): EntityFeatures | null {
  const listed = (codes: Int32Array) => ({ offsets: Int32Array.of(0, codes.length), codes });
  const nothing = new Int32Array(0);
  const coded: EntityFeatures = {
    rows: 1,
    categories: codes.categories.map(({ name, vocabulary }) => {
      const now = named(features.categories, name);
      const value = now?.vocabulary[now.codes[row] as number];
      return { name, vocabulary, codes: Int32Array.of(value === undefined ? -1 : vocabulary.indexOf(value)) };
    }),
    lists: codes.lists.map(({ name, vocabulary }) => {
      const now = named(features.lists, name);
      const words = now && translation(now.vocabulary, vocabulary);
      return { name, vocabulary, ...listed(now && words ? rowOf(now, row, (code) => words[code] as number) : nothing) };
    }),
    numbers: codes.numbers.map((name) => ({
      name,
      values: Float32Array.of(named(features.numbers, name)?.values[row] ?? Number.NaN),
    })),
    texts: codes.texts.map(({ name, buckets }) => {
      const now = named(features.texts, name);
      return { name, buckets, ...listed(now?.buckets === buckets ? rowOf(now, row, (code) => code) : nothing) };
    }),
    vectors: codes.vectors.map(({ name, columns }) => {
      const now = named(features.vectors, name);
      const values = now?.columns === columns ? now.values.slice(row * columns, (row + 1) * columns) : new Float32Array(columns);
      return { name, columns, values };
    }),
  };
  const says =
    coded.categories.some((column) => column.codes[0] !== -1) ||
    coded.lists.some((column) => column.codes.length > 0) ||
    coded.numbers.some((column) => !Number.isNaN(column.values[0])) ||
    coded.texts?.some((column) => column.codes.length > 0) ||
    coded.vectors?.some((column) => column.values.some((value) => value !== 0));
  return says ? coded : null;
}

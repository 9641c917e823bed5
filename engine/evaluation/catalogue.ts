import type { EntityFeatures, SparseMatrix } from '../math/arrays.ts';
import { transpose } from '../math/sparse.ts';

/** What of the catalogue metrics beyond accuracy need to know; all of it from training interactions and attributes. */
export interface Catalogue {
  /** Training items of the users: users × items. */
  train: SparseMatrix;
  /** Training users of the items: items × users. */
  usersOf: SparseMatrix;
  /** How many users had each item in training. */
  popularity: Int32Array;
  /** Place of each item when all are ordered by falling popularity, the lower row first where it is equal. */
  place: Int32Array;
  group: Uint8Array;
  /** Self-information of meeting each item, bits. */
  information: Float64Array;
  /** Values of category and list attributes of the items, numbered through all attributes: items × values; null where there are none. */
  attributes: SparseMatrix | null;
}

/** The head holds this share of the training pairs; head and middle together hold the second. */
const headShare = 0.5;
const middleShare = 0.8;

/** Items by falling popularity; the lower row first where it is equal. */
function byPopularity(popularity: Int32Array): Int32Array {
  return Int32Array.from(popularity, (_, item) => item).sort((a, b) => (popularity[b] as number) - (popularity[a] as number) || a - b);
}

/**
 * Head: the most popular items that together hold half of the training pairs; middle: those after them, up to four fifths; tail: the rest. An item belongs where
 * its own first pair falls.
 */
function groupsOf(popularity: Int32Array, order: Int32Array): Uint8Array {
  const total = popularity.reduce((sum, count) => sum + count, 0);
  const group = new Uint8Array(popularity.length);
  let before = 0;
  for (const item of order) {
    const count = popularity[item] as number;
    group[item] = count > 0 && before < headShare * total ? 0 : count > 0 && before < middleShare * total ? 1 : 2;
    before += count;
  }
  return group;
}

/** Each item's attribute values as one sparse row of ones; null where there is no attribute. */
function attributeValues(features: EntityFeatures): SparseMatrix | null {
  if (features.categories.length + features.lists.length === 0) return null;
  const indptr = new Int32Array(features.rows + 1);
  const indices: number[] = [];
  const columns = [...features.categories, ...features.lists].reduce((sum, { vocabulary }) => sum + vocabulary.length, 0);
  for (let row = 0; row < features.rows; row++) {
    let base = 0;
    for (const { vocabulary, codes } of features.categories) {
      const code = codes[row] as number;
      if (code >= 0) indices.push(base + code);
      base += vocabulary.length;
    }
    for (const { vocabulary, offsets, codes } of features.lists) {
      for (let at = offsets[row] as number; at < (offsets[row + 1] as number); at++) indices.push(base + (codes[at] as number));
      base += vocabulary.length;
    }
    indptr[row + 1] = indices.length;
  }
  return { rows: features.rows, columns, indptr, indices: Int32Array.from(indices), values: new Float32Array(indices.length).fill(1) };
}

export function createCatalogue(train: SparseMatrix, itemFeatures?: EntityFeatures): Catalogue {
  const usersOf = transpose(train);
  const popularity = Int32Array.from({ length: train.columns }, (_, item) => {
    return (usersOf.indptr[item + 1] as number) - (usersOf.indptr[item] as number);
  });
  let users = 0;
  for (let user = 0; user < train.rows; user++) if (train.indptr[user] !== train.indptr[user + 1]) users++;
  const order = byPopularity(popularity);
  const place = new Int32Array(train.columns);
  order.forEach((item, at) => {
    place[item] = at;
  });
  return {
    train,
    usersOf,
    popularity,
    place,
    group: groupsOf(popularity, order),
    information: Float64Array.from(popularity, (count) => Math.log2(Math.max(users, 1) / Math.max(count, 1))),
    attributes: itemFeatures ? attributeValues(itemFeatures) : null,
  };
}

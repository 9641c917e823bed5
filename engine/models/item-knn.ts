import { z } from 'zod';
import { EngineError } from '#contract/errors';
import type { NamedArrays, SparseMatrix } from '../math/arrays.ts';
import { transpose } from '../math/sparse.ts';
import { selectTopK } from '../math/top-k.ts';
import type { FittedModel, Model } from './model.ts';

/**
 * Item-based nearest neighbours (Sarwar et al. 2001), on which items were had by the same users.
 *
 *   sim(i, j) = |users of both| / (√|users of i| · √|users of j| + shrinkage)       for the `neighbours` most similar j of each i
 *   score(u, j) = Σ over items i of u that are neighbours of j: sim(i, j)
 */
const params = z.strictObject({
  neighbours: z.number().int().min(1).max(2000).default(100).describe('How many most similar items each item keeps.'),
  shrinkage: z
    .number()
    .min(0)
    .max(10_000)
    .default(3)
    .describe('Added to the denominator: similarities that few users back become smaller.'),
});

/** Similar items by row; the same layout as a sparse matrix, similarities as values. */
function similarItems(matrix: SparseMatrix, item: number, byItem: SparseMatrix, shrinkage: number, overlap: Float32Array): number[] {
  const touched: number[] = [];
  for (let at = byItem.indptr[item] as number; at < (byItem.indptr[item + 1] as number); at++) {
    const user = byItem.indices[at] as number;
    for (let other = matrix.indptr[user] as number; other < (matrix.indptr[user + 1] as number); other++) {
      const column = matrix.indices[other] as number;
      if (overlap[column] === 0) touched.push(column);
      overlap[column] = (overlap[column] as number) + 1;
    }
  }
  touched.sort((a, b) => a - b);
  const usersOf = (row: number): number => (byItem.indptr[row + 1] as number) - (byItem.indptr[row] as number);
  const norm = Math.sqrt(usersOf(item));
  for (const column of touched) overlap[column] = (overlap[column] as number) / (norm * Math.sqrt(usersOf(column)) + shrinkage);
  overlap[item] = 0;
  return touched.filter((column) => column !== item);
}

function fitted(similar: SparseMatrix, matrix: SparseMatrix): FittedModel {
  const itemCount = similar.columns;
  return {
    score(userRows) {
      const data = new Float32Array(userRows.length * itemCount);
      for (let i = 0; i < userRows.length; i++) {
        const user = userRows[i] as number;
        const base = i * itemCount;
        for (let at = matrix.indptr[user] as number; at < (matrix.indptr[user + 1] as number); at++) {
          const item = matrix.indices[at] as number;
          for (let near = similar.indptr[item] as number; near < (similar.indptr[item + 1] as number); near++) {
            const slot = base + (similar.indices[near] as number);
            data[slot] = (data[slot] as number) + (similar.values[near] as number);
          }
        }
      }
      return { rows: userRows.length, columns: itemCount, data };
    },
    save: () => ({
      'similar.indptr': { shape: [similar.indptr.length], data: similar.indptr },
      'similar.indices': { shape: [similar.indices.length], data: similar.indices },
      'similar.values': { shape: [similar.values.length], data: similar.values },
      'history.indptr': { shape: [matrix.indptr.length], data: matrix.indptr },
      'history.indices': { shape: [matrix.indices.length], data: matrix.indices },
    }),
  };
}

export const itemKnn: Model<typeof params> = {
  id: 'item-knn',
  label: 'Item-KNN',
  summary: 'Items like those a user had, by how many users had both (cosine). No training to speak of, and hard to beat on small data.',
  paper: 'Sarwar, Karypis, Konstan, Riedl 2001: Item-based collaborative filtering recommendation algorithms',
  goodFor: 'Small and middle-sized data where many items were had together; explains itself by the items a user had.',
  newUsers: 'Scores by the items that a new user has, without training.',
  newItems: 'Counts at the next training, which takes seconds.',
  needs: [],
  factorised: false,
  baseline: true,
  params,
  memoryBytes: ({ items, pairs }, { neighbours }) => items * Math.min(neighbours, items) * 16 + pairs * 8,
  async fit({ itemCount, matrix }, { neighbours, shrinkage }, context) {
    const byItem = transpose(matrix);
    const overlap = new Float32Array(itemCount);
    const kept = Math.min(neighbours, Math.max(itemCount - 1, 1));
    const rows = new Int32Array(kept);
    const best = new Float32Array(kept);
    const indptr = new Int32Array(itemCount + 1);
    const indices: number[] = [];
    const values: number[] = [];
    for (let item = 0; item < itemCount; item++) {
      const touched = similarItems(matrix, item, byItem, shrinkage, overlap);
      const scores = Float32Array.from(touched, (column) => overlap[column] as number);
      const count = selectTopK(scores, 0, scores.length, kept, rows, best, 0);
      for (let i = 0; i < count; i++) {
        indices.push(touched[rows[i] as number] as number);
        values.push(best[i] as number);
      }
      indptr[item + 1] = indices.length;
      for (const column of touched) overlap[column] = 0;
      if (item % 256 === 255) await context.checkpoint({ phase: 'Finding neighbours', done: item + 1, total: itemCount, unit: 'items' });
    }
    const similar = { rows: itemCount, columns: itemCount, indptr, indices: Int32Array.from(indices), values: Float32Array.from(values) };
    return fitted(similar, matrix);
  },
  load(arrays: NamedArrays) {
    const part = (name: string): Int32Array => {
      const array = arrays[name];
      if (!(array?.data instanceof Int32Array))
        throw new EngineError('bad_data', `The item-KNN model has no array "${name}". Train it again.`, { array: name });
      return array.data;
    };
    const indptr = part('similar.indptr');
    const itemCount = indptr.length - 1;
    const values = arrays['similar.values']?.data as Float32Array;
    const history = part('history.indptr');
    const similar = { rows: itemCount, columns: itemCount, indptr, indices: part('similar.indices'), values };
    const seen = part('history.indices');
    return fitted(similar, {
      rows: history.length - 1,
      columns: itemCount,
      indptr: history,
      indices: seen,
      values: new Float32Array(seen.length).fill(1),
    });
  },
};

import { expect, test } from 'vitest';
import { toSparseMatrix } from '../../../engine/math/sparse.ts';
import { itemKnn } from '../../../engine/models/item-knn.ts';
import { parseParams } from '../../../engine/models/parameters.ts';
import { noFeatures, quietContext } from '../../support/training-sets.ts';

// User 0 has 0, 1; user 1 has 0, 1, 2; user 2 has 2; user 3 has 0.
const interactions = {
  users: Int32Array.of(0, 0, 1, 1, 1, 2, 3),
  items: Int32Array.of(0, 1, 0, 1, 2, 2, 0),
  // Weights do not matter: an item was had or not.
  weights: new Float32Array(7).fill(2),
  timestamps: new Float64Array(7),
};
const set = {
  userCount: 4,
  itemCount: 3,
  interactions,
  matrix: toSparseMatrix(interactions, 4, 3),
  userFeatures: noFeatures(4),
  itemFeatures: noFeatures(3),
};
const cosine = { weighting: 'cosine' as const, neighbours: 10, shrinkage: 0, recency: 0 };

test('scores add up the cosines of the items a user has', async () => {
  const fitted = await itemKnn.fit(set, cosine, quietContext());
  const scores = fitted.score(Int32Array.of(3, 0)).data;
  // sim(0, 1) = 2 / √(3 · 2), sim(0, 2) = 1 / √(3 · 2), sim(1, 2) = 1 / √(2 · 2)
  expect(scores[0]).toBe(0);
  expect(scores[1]).toBeCloseTo(2 / Math.sqrt(6), 6);
  expect(scores[2]).toBeCloseTo(1 / Math.sqrt(6), 6);
  expect(scores[5]).toBeCloseTo(1 / Math.sqrt(6) + 1 / 2, 6);
});

test('shrinkage makes a similarity smaller that few users back', async () => {
  const fitted = await itemKnn.fit(set, { ...cosine, shrinkage: 3 }, quietContext());
  expect(fitted.score(Int32Array.of(3)).data[1]).toBeCloseTo(2 / (Math.sqrt(6) + 3), 6);
});

test('each item counts only for what it chose as its nearest', async () => {
  const fitted = await itemKnn.fit(set, { ...cosine, neighbours: 1 }, quietContext());
  // Item 1 chooses 0 (.82) and item 0 chooses 1; item 2 chooses 1 (.5), not 0 (.41). So 1 leads to 0 and 2, and 2 to nothing.
  expect(Array.from(fitted.scoreItems?.(Int32Array.of(0)) ?? [], (score) => score > 0)).toEqual([false, true, false]);
  expect(Array.from(fitted.scoreItems?.(Int32Array.of(1)) ?? [], (score) => score > 0)).toEqual([true, false, true]);
  expect(Array.from(fitted.scoreItems?.(Int32Array.of(2)) ?? [])).toEqual([0, 0, 0]);
});

test('normalised, an active user counts less', async () => {
  const fitted = await itemKnn.fit(set, { ...cosine, weighting: 'normalised' }, quietContext());
  // Users weigh 1/2, 1/3, 1, 1: the lengths² are 11/6 and 5/6, what 0 and 1 share is 5/6, what 0 and 2 share 1/3. The scale of the weights falls out.
  const scores = fitted.score(Int32Array.of(3)).data;
  expect(scores[1]).toBeCloseTo(5 / 6 / Math.sqrt((11 / 6) * (5 / 6)), 6);
  expect(scores[2]).toBeCloseTo(1 / 3 / Math.sqrt((11 / 6) * (4 / 3)), 6);
});

test('somebody unknown is scored as a user with the same items, each of which counts once', async () => {
  const fitted = await itemKnn.fit(set, parseParams(itemKnn, {}), quietContext());
  expect(fitted.scoreItems?.(Int32Array.of(1, 0, 1))).toEqual(fitted.score(Int32Array.of(0)).data);
});

test('without validation the first choices are taken, and settled', async () => {
  const fitted = await itemKnn.fit(set, parseParams(itemKnn, {}), quietContext());
  expect(fitted.facts?.settled).toEqual({ weighting: 'tf-idf', shrinkage: 10, recency: 0 });
});

test('validation chooses among weightings, then shrinkages; what is given is not searched', async () => {
  const tried: number[] = [];
  // Each candidate is a little worse than the last, but for the third and the fifth.
  const values = [0.5, 0.4, 0.6, 0.1, 0.9];
  const validate = async (): Promise<Record<string, number>> => ({ 'ndcg@10': values[tried.push(tried.length) - 1] as number });
  const fitted = await itemKnn.fit(set, parseParams(itemKnn, { recency: 0 }), quietContext(1, { validate }));
  expect(fitted.facts?.settled).toEqual({ weighting: 'cosine', shrinkage: 50, recency: 0 });
  expect(tried).toHaveLength(5);
  const given = await itemKnn.fit(
    set,
    parseParams(itemKnn, { weighting: 'bm25', shrinkage: 7, recency: 0 }),
    quietContext(1, { validate }),
  );
  expect(given.facts?.settled).toEqual({ weighting: 'bm25', shrinkage: 7, recency: 0 });
  expect(tried).toHaveLength(5);
});

test('a shrinkage between −1 and 0 is refused', () => {
  expect(() => parseParams(itemKnn, { shrinkage: -0.5 })).toThrow('it must be −1 or at least 0');
});

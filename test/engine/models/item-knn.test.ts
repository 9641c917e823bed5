import { expect, test } from 'vitest';
import { toSparseMatrix } from '../../../engine/math/sparse.ts';
import { itemKnn } from '../../../engine/models/item-knn.ts';
import { noFeatures, quietContext } from '../../support/training-sets.ts';

// User 0 has 0, 1; user 1 has 0, 1, 2; user 2 has 2; user 3 has 0.
const interactions = {
  users: Int32Array.of(0, 0, 1, 1, 1, 2, 3),
  items: Int32Array.of(0, 1, 0, 1, 2, 2, 0),
  weights: new Float32Array(7).fill(1),
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

test('scores add up the cosines of the items a user has', async () => {
  const fitted = await itemKnn.fit(set, { neighbours: 10, shrinkage: 0 }, quietContext());
  const scores = fitted.score(Int32Array.of(3, 0)).data;
  // sim(0, 1) = 2 / √(3 · 2), sim(0, 2) = 1 / √(3 · 2), sim(1, 2) = 1 / √(2 · 2)
  expect(scores[0]).toBe(0);
  expect(scores[1]).toBeCloseTo(2 / Math.sqrt(6), 6);
  expect(scores[2]).toBeCloseTo(1 / Math.sqrt(6), 6);
  expect(scores[5]).toBeCloseTo(1 / Math.sqrt(6) + 1 / 2, 6);
});

test('shrinkage makes a similarity smaller that few users back', async () => {
  const fitted = await itemKnn.fit(set, { neighbours: 10, shrinkage: 3 }, quietContext());
  expect(fitted.score(Int32Array.of(3)).data[1]).toBeCloseTo(2 / (Math.sqrt(6) + 3), 6);
});

test('only the nearest neighbours of an item count', async () => {
  const fitted = await itemKnn.fit(set, { neighbours: 1, shrinkage: 0 }, quietContext());
  // The nearest of item 0 is item 1.
  expect(Array.from(fitted.score(Int32Array.of(3)).data, (score) => score > 0)).toEqual([false, true, false]);
});

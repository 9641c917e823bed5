import { expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../../engine/math/safetensors.ts';
import { toSparseMatrix } from '../../../engine/math/sparse.ts';
import { weightings } from '../../../engine/models/neighbour-weighting.ts';
import { parseParams } from '../../../engine/models/parameters.ts';
import { userKnn } from '../../../engine/models/user-knn.ts';
import { checkerboard, noFeatures, quietContext } from '../../support/training-sets.ts';

// User 0 has 0, 1; user 1 has 0, 1, 2; user 2 has 2; user 3 has 0.
const interactions = {
  users: Int32Array.of(0, 0, 1, 1, 1, 2, 3),
  items: Int32Array.of(0, 1, 0, 1, 2, 2, 0),
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
const cosine = { weighting: 'cosine' as const, neighbours: 10, shrinkage: 0, discount: 0 };

test('scores add up the cosines of the users who have an item', async () => {
  const fitted = await userKnn.fit(set, cosine, quietContext());
  // sim(3, 0) = 1 / √(1 · 2), sim(3, 1) = 1 / √(1 · 3); user 2 shares nothing with user 3.
  const scores = fitted.score(Int32Array.of(3)).data;
  expect(scores[1]).toBeCloseTo(1 / Math.sqrt(2) + 1 / Math.sqrt(3), 6);
  expect(scores[2]).toBeCloseTo(1 / Math.sqrt(3), 6);
});

test('only the nearest users count, and popular items can be discounted', async () => {
  const fitted = await userKnn.fit(set, { ...cosine, neighbours: 1, discount: 0.5 }, quietContext());
  // The nearest of user 3 is user 0, who has items 0 and 1, had by three and by two.
  const scores = fitted.score(Int32Array.of(3)).data;
  expect(scores[0]).toBeCloseTo(1 / Math.sqrt(2) / Math.sqrt(3), 6);
  expect(scores[1]).toBeCloseTo(1 / Math.sqrt(2) / Math.sqrt(2), 6);
  expect(scores[2]).toBe(0);
});

test.each(weightings)(
  'somebody unknown is scored like a user with the same items, who is then one neighbour more (%s)',
  async (weighting) => {
    const { set: board } = checkerboard();
    const params = { weighting, neighbours: 39, shrinkage: 2, discount: 0.2 };
    const fitted = await userKnn.fit(board, params, quietContext());
    const loaded = userKnn.load(decodeSafetensors(encodeSafetensors(fitted.save())).arrays, params);
    const own = board.matrix.indices.slice(board.matrix.indptr[6], board.matrix.indptr[7]);
    const known = fitted.score(Int32Array.of(6)).data;
    const unknown = loaded.scoreItems?.(own) as Float32Array;
    // What user 6 does not have gets nothing from user 6; the rest only from others.
    for (let item = 0; item < board.itemCount; item++) {
      if (own.includes(item)) expect(unknown[item]).toBeGreaterThan(known[item] as number);
      else expect(unknown[item]).toBeCloseTo(known[item] as number, 4);
    }
  },
);

test('validation chooses the weighting, then the discount', async () => {
  let asked = 0;
  const validate = async (): Promise<Record<string, number>> => ({ 'ndcg@10': [0.1, 0.2, 0.1, 0.3][asked++] as number });
  const fitted = await userKnn.fit(set, parseParams(userKnn, {}), quietContext(1, { validate }));
  expect(fitted.facts?.settled).toEqual({ weighting: 'cosine', discount: 0.4 });
});

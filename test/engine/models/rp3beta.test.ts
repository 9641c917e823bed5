import { expect, test } from 'vitest';
import { toSparseMatrix } from '../../../engine/math/sparse.ts';
import { parseParams } from '../../../engine/models/parameters.ts';
import { rp3beta } from '../../../engine/models/rp3beta.ts';
import { noFeatures, quietContext } from '../../support/training-sets.ts';

// User 0 has 0, 1; user 1 has 0, 1, 2; user 2 has 2; user 3 has 0. Items have 3, 2 and 2 users.
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

test('with alpha 1 and beta 0 the scores are chances of a walk', async () => {
  const fitted = await rp3beta.fit(set, { alpha: 1, beta: 0, neighbours: 10, keep: 'end', recency: 0 }, quietContext());
  // From item 0 to one of its three users, and on: 1 by user 0 (½) or user 1 (⅓), 2 by user 1 (⅓).
  const scores = fitted.scoreItems?.(Int32Array.of(0)) as Float32Array;
  expect(scores[1]).toBeCloseTo((1 / 3) * (1 / 2 + 1 / 3), 6);
  expect(scores[2]).toBeCloseTo((1 / 3) * (1 / 3), 6);
});

test('alpha is the exponent of both steps, beta that of the popularity at the end', async () => {
  const fitted = await rp3beta.fit(set, { alpha: 0.5, beta: 0.4, neighbours: 10, keep: 'end', recency: 0 }, quietContext());
  const scores = fitted.scoreItems?.(Int32Array.of(2)) as Float32Array;
  // From 2 (two users) by user 1 (three items) to 0, which three have, and to 1, which two have.
  expect(scores[0]).toBeCloseTo(Math.sqrt(1 / 2) * Math.sqrt(1 / 3) * 3 ** -0.4, 6);
  expect(scores[1]).toBeCloseTo(Math.sqrt(1 / 2) * Math.sqrt(1 / 3) * 2 ** -0.4, 6);
});

test('a user’s score adds up the walks from their items', async () => {
  const fitted = await rp3beta.fit(set, parseParams(rp3beta, {}), quietContext());
  const from = (item: number): Float32Array => fitted.scoreItems?.(Int32Array.of(item)) as Float32Array;
  const scores = fitted.score(Int32Array.of(0)).data;
  for (let item = 0; item < 3; item++) expect(scores[item]).toBeCloseTo((from(0)[item] as number) + (from(1)[item] as number), 6);
});

test('the strongest ways are kept to each item, or from each', async () => {
  // 0 → 1: 5/18, 0 → 2: 1/9, 1 → 0: 5/12, 1 → 2: 1/6, 2 → 0 and 2 → 1: 1/6.
  const from = async (item: number, keep: 'end' | 'start'): Promise<number[]> => {
    const fitted = await rp3beta.fit(set, { alpha: 1, beta: 0, neighbours: 1, keep, recency: 0 }, quietContext());
    return Array.from(fitted.scoreItems?.(Int32Array.of(item)) as Float32Array, (score) => Math.round(score * 36));
  };
  expect(await from(1, 'end')).toEqual([15, 0, 6]);
  expect(await from(2, 'end')).toEqual([0, 0, 0]);
  expect(await from(1, 'start')).toEqual([15, 0, 0]);
  // Of equal ways that to the lower row.
  expect(await from(2, 'start')).toEqual([6, 0, 0]);
});

test('validation chooses whose ways are kept, then alpha, then beta', async () => {
  let asked = 0;
  const validate = async (): Promise<Record<string, number>> => ({ 'ndcg@10': [0.1, 0.2, 0.3, 0.1, 0.4, 0.2][asked++] as number });
  const fitted = await rp3beta.fit(set, parseParams(rp3beta, { recency: 0 }), quietContext(1, { validate }));
  expect(fitted.facts?.settled).toEqual({ alpha: 0.3, beta: 0.2, keep: 'start', recency: 0 });
});

import { beforeAll, expect, test } from 'vitest';
import { toSparseMatrix } from '../../../engine/math/sparse.ts';
import { ease } from '../../../engine/models/ease.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { checkerboard, noFeatures, quietContext } from '../../support/training-sets.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

test('weights of two items are as on paper', async () => {
  // Users {0, 1}, {0}, {1}: RᵀR + 1 = [[3, 1], [1, 3]], its inverse [[3, −1], [−1, 3]] / 8, so B = 1/3 beside the diagonal.
  const interactions = {
    users: Int32Array.of(0, 0, 1, 2),
    items: Int32Array.of(0, 1, 0, 1),
    weights: new Float32Array(4).fill(1),
    timestamps: new Float64Array(4),
  };
  const matrix = toSparseMatrix(interactions, 3, 2);
  const set = { userCount: 3, itemCount: 2, interactions, matrix, userFeatures: noFeatures(3), itemFeatures: noFeatures(2) };
  const fitted = await ease.fit(set, { ridge: 1, recency: 0 }, quietContext());
  const scores = Array.from(fitted.score(Int32Array.of(1, 0, 2)).data, (value) => value * 3);
  expect(scores).toEqual([0, 1, 1, 1, 1, 0].map((value) => expect.closeTo(value, 5)));
  // A repeated item counts once.
  expect(Array.from(fitted.scoreItems?.(Int32Array.of(1, 1)) ?? [], (value) => value * 3)).toEqual(
    [1, 0].map((value) => expect.closeTo(value, 5)),
  );
  fitted.dispose?.();
});

test('validation chooses the ridge, and a ridge that is given is not searched', async () => {
  const { set } = checkerboard();
  // The third that is asked about, 1,000, is liked best.
  let asked = 0;
  const validate = async () => ({ 'ndcg@10': [0.2, 0.1, 0.3, 0.25][asked++] as number });
  const searched = await ease.fit(set, { ridge: 0, recency: 0 }, quietContext(1, { validate }));
  expect(searched.facts?.settled).toEqual({ ridge: 1000, recency: 0 });
  expect(asked).toBe(4);
  const given = await ease.fit(set, { ridge: 1000, recency: 0 }, quietContext(1, { validate }));
  expect(asked).toBe(4);
  const users = Int32Array.of(0, 1, 2);
  expect(searched.score(users).data).toEqual(given.score(users).data);
  searched.dispose?.();
  given.dispose?.();
});

test('counts its memory in matrices of the items: three, and one more while it searches', () => {
  const size = { users: 1000, items: 20_000, pairs: 0, attributeBytes: 0 };
  expect(ease.memoryBytes(size, { ridge: 300, recency: 0 })).toBe(3 * 20_000 ** 2 * 4);
  expect(ease.memoryBytes({ ...size, items: 1000 }, { ridge: 0, recency: 0 })).toBe(4 * 1000 ** 2 * 4);
});

import { expect, test } from 'vitest';
import { evaluateTopK } from '../../../engine/evaluation/evaluate.ts';
import { buildSparseMatrix } from '../../../engine/math/sparse.ts';

const scores = [
  [9, 8, 7, 6],
  [1, 1, 1, 1],
];
const score = (users: Int32Array) => ({
  rows: users.length,
  columns: 4,
  data: Float32Array.from([...users].flatMap((user) => scores[user] as number[])),
});

test('training items are left out, and the whole catalogue competes', async () => {
  const train = buildSparseMatrix(2, 4, [0, 0, 1], [0, 1, 0]);
  const heldOut = { users: Int32Array.of(0, 1), offsets: Int32Array.of(0, 1, 2), items: Int32Array.of(2, 3) };
  const { metrics, users } = await evaluateTopK({ score, train, heldOut, ks: [1, 2] });
  // User 0 is shown 2, 3. All of user 1's scores are equal: 1, 2 by their rows, and item 3 is missed.
  expect(users).toBe(2);
  expect([metrics['hit-rate@1'], metrics['hit-rate@2'], metrics['mrr@2']]).toEqual([0.5, 0.5, 0.5]);
  // Lists of two: 2, 3 and 1, 2: three of four items.
  expect(metrics['coverage@2']).toBe(0.75);
});

test('a held-out pair that is in training stops the evaluation', async () => {
  const train = buildSparseMatrix(2, 4, [0, 1], [2, 0]);
  const heldOut = { users: Int32Array.of(0), offsets: Int32Array.of(0, 1), items: Int32Array.of(2) };
  await expect(evaluateTopK({ score, train, heldOut, ks: [1] })).rejects.toThrow(/Leakage.*user row 0.*item row 2/);
});

test('a list longer than the catalogue ends where the items do', async () => {
  const train = buildSparseMatrix(1, 4, [0], [0]);
  const heldOut = { users: Int32Array.of(0), offsets: Int32Array.of(0, 1), items: Int32Array.of(3) };
  const { metrics } = await evaluateTopK({ score, train, heldOut, ks: [100] });
  expect([metrics['recall@100'], metrics['precision@100'], metrics['coverage@100']]).toEqual([1, 0.01, 0.75]);
});

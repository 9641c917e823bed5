import { expect, test } from 'vitest';
import { moveByPairs } from '../../../engine/models/pair-fold-in.ts';

test('a known user’s vector is drawn to where its pull and its regularisation are equal, from wherever it was', () => {
  // Items 1 and −1, without bias; the user has the first, so the other is the second each time: at rest 0.1 u = 2 / (1 + exp 2u).
  const items = { rows: 2, columns: 2, data: Float32Array.of(1, 0, -1, 0) };
  const how = { learningRate: 1, regularisation: 0.1, recency: 0 };
  for (const start of [-1, 1, 2]) {
    const vector = Float32Array.of(start, 1);
    const [u, one] = moveByPairs(vector, items, Int32Array.of(0), how);
    expect(u).toBeCloseTo(1.3233, 2);
    expect(one).toBe(1);
    expect([...vector]).toEqual([start, 1]);
  }
});

test('steps are small: what was learned of the items before is not lost to one more', () => {
  // Four items on two axes. The user was at (1, 0) by item 0, and has item 2 now as well.
  const items = { rows: 4, columns: 3, data: Float32Array.of(1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0) };
  const moved = moveByPairs(Float32Array.of(1, 0, 1), items, Int32Array.of(0, 2), { learningRate: 0.1, regularisation: 0.01, recency: 0 });
  expect(moved[0]).toBeGreaterThan(0.9);
  expect(moved[1]).toBeGreaterThan(0.5);
});

test('who has nothing, or everything, stays', () => {
  const items = { rows: 2, columns: 2, data: Float32Array.of(1, 0, -1, 0) };
  const how = { learningRate: 1, regularisation: 0.1, recency: 0 };
  expect([...moveByPairs(Float32Array.of(2, 1), items, Int32Array.of(), how)]).toEqual([2, 1]);
  expect([...moveByPairs(Float32Array.of(2, 1), items, Int32Array.of(0, 1), how)]).toEqual([2, 1]);
});

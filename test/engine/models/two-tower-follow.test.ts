import { expect, test } from 'vitest';
import { createFollower } from '../../../engine/models/two-tower-follow.ts';

test('a user’s vector takes one step up the likelihood of the new items', () => {
  const items = { rows: 2, columns: 2, data: Float32Array.of(1, 0, 0, 1) };
  // v = (1, 0), temperature 1: p ∝ e, 1, so p = (.7311, .2689). The new item is (0, 1): direction (0, 1) − p = (−.7311, .7311); half of it doubled is all.
  const p = Math.E / (Math.E + 1);
  const length = Math.hypot(1 - p, p);
  const moved = createFollower(items, 1)(Float32Array.of(1, 0), Int32Array.of(1), 0.5);
  expect([...moved]).toEqual([expect.closeTo((1 - p) / length, 6), expect.closeTo(p / length, 6)]);
});

test('of a large catalogue some items stand for all, the same ones every time', () => {
  const count = 5000;
  const items = {
    rows: count,
    columns: 2,
    data: Float32Array.from({ length: count * 2 }, (_, i) => (i % 2 === 0 ? Math.cos(i) : Math.sin(i - 1))),
  };
  const ask = () => createFollower(items, 0.3)(Float32Array.of(0, 1), Int32Array.of(7), 0.2);
  expect(ask()).toEqual(ask());
  // The items lie evenly round the circle: the expectation is along v, and the new item draws the vector to its side.
  expect(Math.sign(ask()[0] as number)).toBe(Math.sign(Math.cos(14)));
});

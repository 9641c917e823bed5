import { describe, expect, test } from 'vitest';
import { parseParams } from '../../../engine/models/parameters.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { twoTower } from '../../../engine/models/two-tower.ts';
import { createHistories } from '../../../engine/models/two-tower-examples.ts';
import { createFollower, createStep } from '../../../engine/models/two-tower-follow.ts';
import { foldInParts } from '../../../engine/models/two-tower-saved.ts';
import { checkerboard, quietContext } from '../../support/training-sets.ts';

test('one step up the likelihood of some items', () => {
  const items = { rows: 2, columns: 2, data: Float32Array.of(1, 0, 0, 1) };
  // v = (1, 0), temperature 1: p ∝ e, 1, so p = (.7311, .2689). The new item is (0, 1): direction (0, 1) − p = (−.7311, .7311).
  const p = Math.E / (Math.E + 1);
  const length = Math.hypot(1 - p, p);
  const moved = createStep(items, 1)(Float32Array.of(1, 0), Int32Array.of(1), 1);
  expect([...moved]).toEqual([expect.closeTo((1 - p) / length, 6), expect.closeTo(p / length, 6)]);
});

test('of a large catalogue some items stand for all, the same ones every time', () => {
  const count = 5000;
  const items = {
    rows: count,
    columns: 2,
    data: Float32Array.from({ length: count * 2 }, (_, i) => (i % 2 === 0 ? Math.cos(i) : Math.sin(i - 1))),
  };
  const ask = () => createStep(items, 0.3)(Float32Array.of(0, 1), Int32Array.of(7), 0.4);
  expect(ask()).toEqual(ask());
  // The items lie evenly round the circle: the expectation is along v, and the new item draws the vector to its side.
  expect(Math.sign(ask()[0] as number)).toBe(Math.sign(Math.cos(14)));
});

describe('a known user of a tower that takes recent items', () => {
  // Item ids (1, 0) and (0, 1), the newest alone counts. The user's own part is (2, 0), so with item 0 the tower had (3, 0): the vector (1, 0), length 3 before.
  const inputs = { rows: 2, columns: 2, data: Float32Array.of(1, 0, 0, 1) };
  const items = { rows: 2, columns: 2, data: Float32Array.of(0.6, 0.8, 0.6, 0.8) };
  const parts = {
    users: { rows: 1, columns: 2, data: Float32Array.of(1, 0) },
    items,
    temperature: 1,
    lengths: Float32Array.of(3),
    foldIn: { inputs, layers: [], recentItems: 1, recentDecay: 0.5 },
  };
  const history = { items: Int32Array.of(0, 1), before: Int32Array.of(0), since: Int32Array.of(1) };

  test('gets the recent items of today for those of the training', () => {
    // (3, 0) − (1, 0) + (0, 1) = (2, 1). Both items have one vector, so the step towards one of them goes nowhere.
    const moved = createFollower(parts)(0, history);
    expect([...moved]).toEqual([expect.closeTo(2 / Math.sqrt(5), 6), expect.closeTo(1 / Math.sqrt(5), 6)]);
  });

  test('takes the step alone where a vector does not tell what went in', () => {
    expect([...createFollower({ ...parts, lengths: null })(0, history)]).toEqual([1, 0].map((x) => expect.closeTo(x, 6)));
  });
});

test('a trained tower brought up to date with what it knew already stays where it was', async () => {
  await loadTensorFlow();
  const { set } = checkerboard();
  const settings = { dimensions: 8, batchSize: 64, epochs: 3, recent: 'on', recentItems: 3 };
  const fitted = await twoTower.fit(set, parseParams(twoTower, settings), quietContext());
  const arrays = fitted.save();
  const { users, items } = (fitted.embed as NonNullable<typeof fitted.embed>)();
  const { offsets, items: met } = createHistories(set);
  const had = met.slice(offsets[5], offsets[6]);
  const follow = createFollower({
    users,
    // All alike: the step towards any of them goes nowhere, and what is left is the tower.
    items: { ...items, data: new Float32Array(items.data.length) },
    temperature: 1,
    lengths: arrays['user.length']?.data as Float32Array,
    foldIn: foldInParts(arrays, { recentItems: 3, recentDecay: 0.7 }),
  });
  const same = follow(5, { items: had, before: had, since: Int32Array.of() });
  const own = users.data.slice(5 * 8, 6 * 8);
  expect(Math.max(...own.map((x, d) => Math.abs(x - (same[d] as number))))).toBeLessThan(1e-6);
  // Had the last item come after the training, the vector without it is where it would have started from.
  const earlier = had.slice(0, -1);
  const back = follow(5, { items: earlier, before: had, since: Int32Array.of() });
  expect(Math.max(...own.map((x, d) => Math.abs(x - (back[d] as number))))).toBeGreaterThan(1e-3);
  fitted.dispose?.();
});

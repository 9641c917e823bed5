import { expect, test } from 'vitest';
import { carveValidation, splitInteractions } from '../../../engine/evaluation/split.ts';
import type { Interactions } from '../../../engine/math/arrays.ts';

/** Rows of user, item, time. */
const interactions = (rows: [number, number, number][]): Interactions => ({
  users: Int32Array.from(rows, ([user]) => user),
  items: Int32Array.from(rows, ([, item]) => item),
  weights: new Float32Array(rows.length).fill(1),
  timestamps: Float64Array.from(rows, ([, , time]) => time),
});
const pairsOf = ({ users, items }: Interactions): number[][] => Array.from(users, (user, i) => [user, items[i] as number]);
const options = { seed: 1, userCount: 3 };

test('temporal: one cut for all; unknown users and repeats are left out of the test and counted', () => {
  const rows: [number, number, number][] = [
    [0, 0, 1],
    [1, 1, 2],
    [0, 2, 3],
    [0, 0, 4],
    [1, 3, 5],
    [2, 0, 6],
  ];
  const split = splitInteractions(interactions(rows), { kind: 'temporal', testShare: 0.5 }, options);
  expect(pairsOf(split.train)).toEqual([
    [0, 0],
    [1, 1],
    [0, 2],
  ]);
  // User 0 comes back to item 0, user 2 is new: what is left is user 1 with item 3.
  expect(split.test).toEqual({ users: Int32Array.of(1), offsets: Int32Array.of(0, 1), items: Int32Array.of(3) });
  expect(split.leftOut).toEqual({ unknownUsers: 1, repeats: 1, after: 0 });
});

test('temporal: interactions of one moment stay on one side', () => {
  const rows: [number, number, number][] = [
    [0, 0, 1],
    [1, 0, 1],
    [0, 1, 5],
    [1, 1, 5],
    [0, 2, 5],
  ];
  const { train, test: held } = splitInteractions(interactions(rows), { kind: 'temporal', testShare: 0.4 }, options);
  expect(train.users.length).toBe(2);
  expect(Array.from(held.items)).toEqual([1, 2, 1]);
});

test('temporal: without times the order of the file decides', () => {
  const rows = Array.from({ length: 10 }, (_, i): [number, number, number] => [i % 2, i, Number.NaN]);
  expect(splitInteractions(interactions(rows), { kind: 'temporal', testShare: 0.2 }, options).trainCount).toBe(8);
});

test('leave-last-out: the item met last is held out, and what came after it is in neither part', () => {
  const rows: [number, number, number][] = [
    [0, 5, 1],
    [1, 7, 1],
    [0, 6, 2],
    [0, 4, 3],
    [0, 5, 4],
    [0, 4, 5],
  ];
  const split = splitInteractions(interactions(rows), { kind: 'leave-last-out' }, options);
  // User 0 met 5, 6, 4 in this order. User 1 met one item only, and keeps it.
  expect(split.test).toEqual({ users: Int32Array.of(0), offsets: Int32Array.of(0, 1), items: Int32Array.of(4) });
  expect(pairsOf(split.train)).toEqual([
    [0, 5],
    [1, 7],
    [0, 6],
  ]);
  expect(split.leftOut.after).toBe(2);
});

test('leave-last-out: of equal times the later in the input is the last', () => {
  const rows: [number, number, number][] = [
    [0, 9, 1],
    [0, 3, 1],
  ];
  expect(Array.from(splitInteractions(interactions(rows), { kind: 'leave-last-out' }, options).test.items)).toEqual([3]);
});

test('ratio: a share of each user’s items, all their interactions together, the same for the same seed', () => {
  const rows = Array.from({ length: 60 }, (_, i): [number, number, number] => [i % 3, Math.floor(i / 3) % 10, i]);
  const split = (seed: number) => splitInteractions(interactions(rows), { kind: 'ratio', testShare: 0.3 }, { seed, userCount: 3 });
  const { train, test: held } = split(1);
  // Each user has ten items, twice each: three go, six interactions.
  expect(Array.from(held.offsets)).toEqual([0, 3, 6, 9]);
  expect(train.users.length).toBe(60 - 18);
  expect(split(1)).toEqual(split(1));
  expect(split(2).test).not.toEqual(held);
});

test('ratio: a user of one item keeps it', () => {
  expect(splitInteractions(interactions([[0, 0, 1]]), { kind: 'ratio', testShare: 0.9 }, options).test.users.length).toBe(0);
});

test('file: all is for training', () => {
  expect(splitInteractions(interactions([[0, 0, 1]]), { kind: 'file', path: 'test.csv' }, options).trainCount).toBe(1);
});

test('the validation slice comes from the training part, in the way of the split', () => {
  const rows = Array.from({ length: 40 }, (_, i): [number, number, number] => [i % 2, i, i]);
  const all = interactions(rows);
  const last = splitInteractions(all, { kind: 'leave-last-out' }, options);
  expect(Array.from(last.test.items)).toEqual([38, 39]);
  expect(Array.from(carveValidation(last.train, { kind: 'leave-last-out' }, options).test.items)).toEqual([36, 37]);
  const timed = splitInteractions(all, { kind: 'temporal', testShare: 0.5 }, options);
  expect(Array.from(carveValidation(timed.train, { kind: 'temporal', testShare: 0.5 }, options).test.items)).toEqual([18, 19]);
});

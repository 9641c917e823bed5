import { expect, test } from 'vitest';
import { toSparseMatrix } from '../../../engine/math/sparse.ts';
import { popularity } from '../../../engine/models/popularity.ts';
import { noFeatures, quietContext } from '../../support/training-sets.ts';

const day = 86_400_000;
// Item 0: users 0 and 1, user 0 twice. Item 1: user 2, on the last day.
const interactions = {
  users: Int32Array.of(0, 0, 1, 2),
  items: Int32Array.of(0, 0, 0, 1),
  weights: Float32Array.of(1, 1, 1, 1),
  timestamps: Float64Array.of(0, 10 * day, 0, 20 * day),
};
const set = {
  userCount: 3,
  itemCount: 3,
  interactions,
  matrix: toSparseMatrix(interactions, 3, 3),
  userFeatures: noFeatures(3),
  itemFeatures: noFeatures(3),
};

test('counts each user once', async () => {
  const fitted = await popularity.fit(set, { windowDays: 0, halfLifeDays: 0 }, quietContext());
  expect(Array.from(fitted.score(Int32Array.of(1)).data)).toEqual([2, 1, 0]);
});

test('fades with the age of a user’s last interaction', async () => {
  const fitted = await popularity.fit(set, { windowDays: 0, halfLifeDays: 10 }, quietContext());
  // Item 0: user 0 ten days before the end, user 1 twenty: ½ + ¼. Item 1: no age.
  expect(Array.from(fitted.score(Int32Array.of(1)).data)).toEqual([0.75, 1, 0]);
});

test('without timestamps nothing fades', async () => {
  const timeless = { ...set, interactions: { ...interactions, timestamps: new Float64Array(4).fill(Number.NaN) } };
  const fitted = await popularity.fit(timeless, { windowDays: 0, halfLifeDays: 10 }, quietContext());
  expect(Array.from(fitted.score(Int32Array.of(0)).data)).toEqual([2, 1, 0]);
});

test('counts only the window, by the last interaction of each user with the item', async () => {
  // The newest of all is of day 20: user 0's second one with item 0 is ten days old, user 1's twenty.
  const ten = await popularity.fit(set, { windowDays: 10, halfLifeDays: 0 }, quietContext());
  expect(Array.from(ten.score(Int32Array.of(0)).data)).toEqual([1, 1, 0]);
  const nine = await popularity.fit(set, { windowDays: 9, halfLifeDays: 0 }, quietContext());
  expect(Array.from(nine.score(Int32Array.of(0)).data)).toEqual([0, 1, 0]);
});

test('fades within the window', async () => {
  const fitted = await popularity.fit(set, { windowDays: 10, halfLifeDays: 5 }, quietContext());
  expect(Array.from(fitted.score(Int32Array.of(0)).data)).toEqual([0.25, 1, 0]);
});

test('without timestamps the window leaves nothing out', async () => {
  const timeless = { ...set, interactions: { ...interactions, timestamps: new Float64Array(4).fill(Number.NaN) } };
  const fitted = await popularity.fit(timeless, { windowDays: 1, halfLifeDays: 0 }, quietContext());
  expect(Array.from(fitted.score(Int32Array.of(0)).data)).toEqual([2, 1, 0]);
});

test('somebody unknown gets the same scores', async () => {
  const fitted = await popularity.fit(set, { windowDays: 0, halfLifeDays: 0 }, quietContext());
  expect(Array.from(fitted.scoreItems?.(Int32Array.of(1)) ?? [])).toEqual([2, 1, 0]);
});

import { expect, test } from 'vitest';
import { createCatalogue } from '../../../engine/evaluation/catalogue.ts';
import { createSlices } from '../../../engine/evaluation/slices.ts';
import type { EntityFeatures } from '../../../engine/math/arrays.ts';
import { buildSparseMatrix } from '../../../engine/math/sparse.ts';
import { noFeatures } from '../../support/training-sets.ts';

const itemCount = 40;
/** User u has the first 2u + 1 items in training: users 0 to 2 are new, 3 to 9 are not. */
const pairs = Array.from({ length: 10 }, (_, user) => Array.from({ length: 2 * user + 1 }, (_, item) => [user, item] as const)).flat();
const train = buildSparseMatrix(
  10,
  itemCount,
  pairs.map(([user]) => user),
  pairs.map(([, item]) => item),
);
const catalogue = createCatalogue(train);
const users = Int32Array.from({ length: 10 }, (_, user) => user);

function slicesOf(
  relevantOf: (user: number) => number[],
  listOf: (user: number) => number[],
  features: { user?: EntityFeatures; item?: EntityFeatures } = {},
) {
  const items = [...users].map(relevantOf);
  const offsets = Int32Array.from([0, ...items.map((_, i) => items.slice(0, i + 1).flat().length)]);
  const heldOut = { users, offsets, items: Int32Array.from(items.flat()) };
  const userFeatures = features.user ?? noFeatures(10);
  const itemFeatures = features.item ?? noFeatures(itemCount);
  const slices = createSlices({ k: 2, seed: 1, heldOut, catalogue, userFeatures, itemFeatures });
  for (const user of users) slices.add(Int32Array.from(listOf(user)), new Set(relevantOf(user)), user);
  return slices.result();
}

test('new users have at most five training items; the others are parted at their median', () => {
  // Users 3 to 9 have 7, 9 … 19 items: the middle one has 13.
  const slices = slicesOf(
    () => [30],
    (user) => (user < 3 ? [30, 31] : [31, 32]),
  );
  const activity = slices.filter(({ by }) => by === 'activity');
  expect(activity.map(({ name, users: count, metrics }) => [name, count, metrics['hit-rate@2']])).toEqual([
    ['new users (at most 5 training items)', 3, 1],
    ['light users (6 to 13 training items)', 4, 0],
    ['heavy users (14 to 19 training items)', 3, 0],
  ]);
  expect(activity[0]?.intervals['hit-rate@2']).toEqual([1, 1]);
});

test('a slice of items counts only the relevant items in it, over the users who have one', () => {
  // Item 0 is of the head, 30 of the tail. Everybody finds 30; only user 0 is asked for item 0, and misses it.
  const slices = slicesOf(
    (user) => (user === 0 ? [0, 30] : [30]),
    () => [30, 31],
  );
  const of = (name: string) => slices.find((slice) => slice.by === 'popularity' && slice.name.startsWith(name));
  expect([of('head')?.users, of('head')?.metrics['recall@2']]).toEqual([1, 0]);
  expect([of('tail')?.users, of('tail')?.metrics['recall@2'], of('tail')?.metrics['ndcg@2']]).toEqual([10, 1, 1]);
  expect(of('middle')).toBeUndefined();
});

test('the most frequent values of an attribute are slices, unless too few users have them', () => {
  const user: EntityFeatures = {
    ...noFeatures(10),
    categories: [{ name: 'country', vocabulary: ['fr', 'de'], codes: Int32Array.from(users, (row) => (row === 4 ? 0 : 1)) }],
  };
  const item: EntityFeatures = {
    ...noFeatures(itemCount),
    lists: [
      {
        name: 'tags',
        vocabulary: ['red', 'blue'],
        offsets: Int32Array.from({ length: itemCount + 1 }, (_, row) => Math.min(row, 31)),
        codes: new Int32Array(31).fill(1),
      },
    ],
  };
  const slices = slicesOf(
    () => [30],
    () => [30, 31],
    { user, item },
  ).filter(({ by }) => by === 'country' || by === 'tags');
  // One user from "fr", nine from "de": too few of either. All ten are asked for item 30, which is blue.
  expect(slices.map(({ of, by, name, users: count }) => [of, by, name, count])).toEqual([['items', 'tags', 'blue', 10]]);
});

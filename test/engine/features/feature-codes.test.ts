import { expect, test } from 'vitest';
import { codesOf, inCodes } from '../../../engine/features/feature-codes.ts';
import type { EntityFeatures } from '../../../engine/math/arrays.ts';

const then: EntityFeatures = {
  rows: 2,
  categories: [{ name: 'type', vocabulary: ['film', 'book'], codes: Int32Array.of(0, 1) }],
  lists: [{ name: 'tags', vocabulary: ['sea', 'war'], offsets: Int32Array.of(0, 1, 2), codes: Int32Array.of(0, 1) }],
  numbers: [{ name: 'year', values: Float32Array.of(1990, 2000) }],
  texts: [{ name: 'title', buckets: 16, offsets: Int32Array.of(0, 1, 1), codes: Int32Array.of(5) }],
  vectors: [{ name: 'picture', columns: 2, values: Float32Array.of(1, 2, 3, 4) }],
};
/** The same columns later, in another order of values, with values that training did not know, and one column more. */
const now: EntityFeatures = {
  rows: 2,
  categories: [
    { name: 'colour', vocabulary: ['red'], codes: Int32Array.of(0, 0) },
    { name: 'type', vocabulary: ['song', 'book', 'film'], codes: Int32Array.of(1, 0) },
  ],
  lists: [{ name: 'tags', vocabulary: ['war', 'love', 'sea'], offsets: Int32Array.of(0, 3, 4), codes: Int32Array.of(0, 1, 2, 1) }],
  numbers: [{ name: 'year', values: Float32Array.of(2020, Number.NaN) }],
  texts: [{ name: 'title', buckets: 16, offsets: Int32Array.of(0, 2, 2), codes: Int32Array.of(3, 7) }],
  vectors: [{ name: 'picture', columns: 2, values: Float32Array.of(8, 9, 0, 0) }],
};

test('attributes of today are said in the codes of training, unknown values left out', () => {
  const coded = inCodes(now, 0, codesOf(then));
  expect(coded?.categories.map(({ name, codes }) => [name, ...codes])).toEqual([['type', 1]]);
  expect([...(coded?.lists[0]?.codes ?? [])]).toEqual([1, 0]);
  expect([...(coded?.numbers[0]?.values ?? [])]).toEqual([2020]);
  expect([...(coded?.texts?.[0]?.codes ?? [])]).toEqual([3, 7]);
  expect([...(coded?.vectors?.[0]?.values ?? [])]).toEqual([8, 9]);
  expect(coded?.rows).toBe(1);
});

test('an item of which training would have known nothing has no attributes', () => {
  expect(inCodes(now, 1, codesOf(then))).toBeNull();
});

test('columns that are gone are missing, in their place', () => {
  const coded = inCodes({ rows: 1, categories: [], lists: [], numbers: [{ name: 'year', values: Float32Array.of(1) }] }, 0, codesOf(then));
  expect([...(coded?.categories[0]?.codes ?? [])]).toEqual([-1]);
  expect([...(coded?.lists[0]?.offsets ?? [])]).toEqual([0, 0]);
  expect([...(coded?.vectors?.[0]?.values ?? [])]).toEqual([0, 0]);
});

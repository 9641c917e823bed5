import { expect, test } from 'vitest';
import { dissimilarity, gini, meanOfShown, popularPlace, serendipity } from '../../../engine/evaluation/beyond-accuracy.ts';
import { createCatalogue } from '../../../engine/evaluation/catalogue.ts';
import { buildSparseMatrix } from '../../../engine/math/sparse.ts';

/** Items 0 to 4 were had by 4, 2, 2, 1 and 0 of four users. */
const train = buildSparseMatrix(4, 5, [0, 1, 2, 3, 0, 1, 2, 3, 0], [0, 0, 0, 0, 1, 1, 2, 2, 3]);
const catalogue = createCatalogue(train);

test('Gini is 0 for equal exposure and (n − 1) / n where one item takes all', () => {
  expect(gini([3, 3, 3, 3])).toBe(0);
  expect(gini([0, 8, 0, 0])).toBeCloseTo(3 / 4, 12);
  // (2·1 − 4)·1 + (2·2 − 4)·2 + (2·3 − 4)·3 … written out for 1, 3: (−1·1 + 1·3) / (2·4)
  expect(gini([3, 1])).toBeCloseTo(2 / 8, 12);
  expect(gini([0, 0])).toBe(0);
});

test('popularity, order and self-information come from the training users of an item', () => {
  expect(Array.from(catalogue.popularity)).toEqual([4, 2, 2, 1, 0]);
  // Equal popularity: the lower row first.
  expect(Array.from(catalogue.place)).toEqual([0, 1, 2, 3, 4]);
  // log2(4 / users); the item that nobody had counts as one that one user had.
  expect(Array.from(catalogue.information)).toEqual([0, 1, 1, 2, 2]);
});

test('head, middle and tail begin where half and four fifths of the pairs are reached', () => {
  // Before the items lie 0, 4, 6, 8 and 9 of nine pairs: 0 and 4 are below 4.5, 6 below 7.2.
  expect(Array.from(catalogue.group)).toEqual([0, 0, 1, 2, 2]);
});

test('a mean over the shown items ends where the list does', () => {
  expect(meanOfShown(Int32Array.of(0, 3, -1), 5, (item) => catalogue.popularity[item] as number)).toBe(2.5);
  expect(meanOfShown(Int32Array.of(0, 3, 1), 2, (item) => catalogue.information[item] as number)).toBe(1);
  expect(meanOfShown(Int32Array.of(-1), 2, () => 1)).toBeNaN();
});

test('what popularity would show leaves out what the user has', () => {
  // User 3 has items 0 and 2: item 1 comes first then, item 3 second, item 4 third.
  expect([1, 3, 4].map((item) => popularPlace(catalogue, 3, item))).toEqual([0, 1, 2]);
});

test('a hit that popularity would have shown is no surprise', () => {
  const hits = [
    { position: 0, popularPlace: 1 },
    { position: 1, popularPlace: 5 },
    { position: 3, popularPlace: 9 },
  ];
  // Of a list of two: the first was to be expected, the third stands too low.
  expect(serendipity(hits, 2)).toBe(1 / 2);
});

test('dissimilarity is one less the mean cosine of pairs, and leaves its sums as it found them', () => {
  const sums = new Float64Array(4);
  // Items 1 and 2 share user 0 … : users of 1 are {0, 1}, of 2 {2, 3}, of 0 all four, of 4 none.
  const cosine01 = 2 / Math.sqrt(4 * 2);
  const cosine02 = 2 / Math.sqrt(4 * 2);
  const [two, three] = dissimilarity(Int32Array.of(0, 1, 2, 4), [2, 3], catalogue.usersOf, sums);
  expect(two).toBeCloseTo(1 - cosine01, 12);
  expect(three).toBeCloseTo(1 - (cosine01 + cosine02 + 0) / 3, 12);
  expect(dissimilarity(Int32Array.of(1, 4), [2], catalogue.usersOf, sums)).toEqual([1]);
  expect(dissimilarity(Int32Array.of(1), [2], catalogue.usersOf, sums)).toEqual([Number.NaN]);
  expect(Array.from(sums)).toEqual([0, 0, 0, 0]);
});

import { expect, test } from 'vitest';
import { affordableTrials, firstSetting, linearRounds } from '../../../engine/models/linear-search.ts';

const both = { itemExponent: true, ridge: true };

test('the ridge is looked for first, then the other exponents with the best ridge and those beside it', () => {
  const [ridges, exponents] = linearRounds(both, 100);
  expect(ridges?.(firstSetting)).toEqual([0.003, 0.01, 0.1, 0.3, 1].map((ridge) => ({ itemExponent: 0.25, ridge, recency: 0 })));
  expect(exponents?.({ itemExponent: 0.25, ridge: 0.1, recency: 5 })).toEqual(
    [0, 0.5].flatMap((itemExponent) => [0.1, 0.033, 0.3].map((ridge) => ({ itemExponent, ridge, recency: 5 }))),
  );
});

test('what is given is not searched', () => {
  expect(linearRounds({ itemExponent: false, ridge: false }, 100)).toEqual([]);
  expect(
    linearRounds({ itemExponent: true, ridge: false }, 100).map((round) => round({ itemExponent: 0.25, ridge: 0.2, recency: 0 })),
  ).toEqual([
    [
      { itemExponent: 0, ridge: 0.2, recency: 0 },
      { itemExponent: 0.5, ridge: 0.2, recency: 0 },
    ],
  ]);
});

test('where there is no time for all, ridges are fewer, and the exponents are left out; one ridge beside the first is always tried', () => {
  // The first setting, five ridges, six settings of other exponents.
  const ridgesOf = (trials: number): number[][] => linearRounds(both, trials).map((round) => round(firstSetting).map(({ ridge }) => ridge));
  expect([1, 2, 3, 5].map(ridgesOf)).toEqual([[[1]], [[1]], [[1, 0.1]], [[1, 0.1, 0.3, 0.01]]]);
  expect([6, 11, 12].map((trials) => ridgesOf(trials).map((ridges) => ridges.length))).toEqual([[5], [5], [5, 6]]);
});

test('the larger the matrix, the fewer trials, and always one', () => {
  // 1.2e13 operations: 1,000³ = 1e9, 10,000³ = 1e12.
  expect([1000, 10_000, 100_000].map(affordableTrials)).toEqual([12_000, 12, 1]);
});

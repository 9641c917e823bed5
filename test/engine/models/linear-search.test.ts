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

test('a round for which there is no time is left out', () => {
  // The first setting, five ridges, six settings of other exponents.
  expect([1, 5, 6, 11, 12].map((trials) => linearRounds(both, trials).length)).toEqual([0, 0, 1, 1, 2]);
});

test('the larger the matrix, the fewer trials, and always one', () => {
  // 4e12 operations: 1,000³ = 1e9, 10,000³ = 1e12.
  expect([1000, 10_000, 100_000].map(affordableTrials)).toEqual([4000, 4, 1]);
});

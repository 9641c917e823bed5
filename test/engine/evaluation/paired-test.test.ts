import { expect, test } from 'vitest';
import { comparePaired, randomisationP } from '../../../engine/evaluation/paired-test.ts';
import { createRandom } from '../../../engine/math/random.ts';

test('p is the share of sign patterns that reach the sum, by counting them all', () => {
  // Sums of ±1 ±2 ±3: |sum| reaches 6 in two of eight patterns, 4 in four, 0 in all.
  expect(randomisationP(Float64Array.of(1, 2, 3), 1)).toBeCloseTo(2 / 8, 1);
  expect(randomisationP(Float64Array.of(-1, 2, 3), 1)).toBeCloseTo(4 / 8, 1);
  expect(randomisationP(Float64Array.of(1, 2, -3), 1)).toBe(1);
});

test('users for whom nothing changes change nothing', () => {
  const few = randomisationP(Float64Array.of(1, 2, 3), 1);
  expect(randomisationP(Float64Array.of(0, 1, 0, 2, 0, 3, 0), 1)).toBe(few);
  expect(randomisationP(Float64Array.of(0, 0), 1)).toBe(1);
});

test('models that do not differ give every p with the same chance', () => {
  const random = createRandom(5, 'null');
  const ps = Array.from({ length: 200 }, (_, seed) =>
    randomisationP(
      Float64Array.from({ length: 40 }, () => random.normal()),
      seed,
    ),
  );
  // 200 draws: the share below .1 and below .5 within four standard errors.
  const below = (limit: number): number => ps.filter((p) => p < limit).length / ps.length;
  expect(Math.abs(below(0.1) - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / 200));
  expect(Math.abs(below(0.5) - 0.5)).toBeLessThan(4 * Math.sqrt((0.5 * 0.5) / 200));
});

test('a comparison counts who is better and worse off, and leaves out who has no value', () => {
  const compared = comparePaired([1, 0.5, 0, 0.25, Number.NaN], [0, 0.5, 0.5, 0, 1], 1);
  expect(compared).toMatchObject({ difference: (1 - 0.5 + 0.25) / 4, better: 2, worse: 1, same: 1 });
  expect(compared.interval[0]).toBeLessThanOrEqual(compared.difference);
  expect(compared.interval[1]).toBeGreaterThanOrEqual(compared.difference);
});

test('a difference in the same direction for every user is sure', () => {
  const first = Float32Array.from({ length: 60 }, (_, i) => i / 60 + 0.1);
  const { p, interval } = comparePaired(
    first,
    Float32Array.from({ length: 60 }, (_, i) => i / 60),
    1,
  );
  expect(p).toBeCloseTo(1 / 10_001, 9);
  expect(interval[0]).toBeGreaterThan(0);
});

import { expect, test } from 'vitest';
import { bootstrapMeans, quantile } from '../../../engine/evaluation/bootstrap.ts';
import { createRandom } from '../../../engine/math/random.ts';

const random = createRandom(3, 'bootstrap test');
const normal = Float64Array.from({ length: 4000 }, () => 5 + random.normal());

test('a quantile lies between its neighbours, in proportion', () => {
  expect(quantile(Float64Array.of(0, 10, 20), 0.25)).toBe(5);
  expect(quantile(Float64Array.of(7), 0.975)).toBe(7);
});

test('the interval is about 1.96 standard errors to either side', () => {
  const [[low, high]] = bootstrapMeans([normal], 1) as [[number, number]];
  const mean = normal.reduce((sum, value) => sum + value, 0) / normal.length;
  const error = Math.sqrt(normal.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (normal.length - 1) / normal.length);
  // The ends of 1,000 resamples are themselves sure to a tenth or so.
  expect((mean - low) / error).toBeGreaterThan(1.7);
  expect((mean - low) / error).toBeLessThan(2.25);
  expect((high - mean) / error).toBeGreaterThan(1.7);
  expect((high - mean) / error).toBeLessThan(2.25);
});

test('drawing fewer than all gives an interval of the same width', () => {
  const [[low, high]] = bootstrapMeans([normal], 1) as [[number, number]];
  const [[lower, higher]] = bootstrapMeans([normal], 1, 400) as [[number, number]];
  expect((higher - lower) / (high - low)).toBeGreaterThan(0.85);
  expect((higher - lower) / (high - low)).toBeLessThan(1.15);
});

test('the same seed gives the same interval, and every metric the same draws', () => {
  const [first, second] = bootstrapMeans([normal, normal.map((value) => 2 * value)], 9);
  expect(bootstrapMeans([normal], 9)).toEqual([first]);
  expect(bootstrapMeans([normal], 8)).not.toEqual([first]);
  expect(second?.[0]).toBeCloseTo(2 * (first?.[0] as number), 9);
});

test('values that are all the same leave nothing unsure', () => {
  expect(bootstrapMeans([[1, 1, 1]], 1)).toEqual([[1, 1]]);
  expect(bootstrapMeans([[]], 1)).toEqual([[0, 0]]);
});

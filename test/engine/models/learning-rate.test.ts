import { expect, test } from 'vitest';
import { rateAt } from '../../../engine/models/learning-rate.ts';

const ratesOf = (schedule: 'constant' | 'cosine' | 'linear', warmUp: number): number[] =>
  Array.from({ length: 10 }, (_, step) => Number(rateAt({ learningRate: 2, warmUp, schedule }, step, 10).toFixed(4)));

test('the rate rises in a line over the share of the steps that warms up, and is full at the next', () => {
  // Four of ten steps rise by fifths of 2.
  expect(ratesOf('constant', 0.4)).toEqual([0.4, 0.8, 1.2, 1.6, 2, 2, 2, 2, 2, 2]);
});

test('a linear schedule takes the same from the rate at each step', () => {
  expect(ratesOf('linear', 0)).toEqual([2, 1.8, 1.6, 1.4, 1.2, 1, 0.8, 0.6, 0.4, 0.2]);
  // After five steps of warm-up: fifths of 2 less each.
  expect(ratesOf('linear', 0.5).slice(5)).toEqual([2, 1.6, 1.2, 0.8, 0.4]);
});

test('a cosine schedule is at the half in the middle, and falls slowly at either end', () => {
  const rates = ratesOf('cosine', 0);
  expect(rates[0]).toBe(2);
  expect(rates[5]).toBe(1);
  // (1 + cos(π / 10)) = 1.9511 and (1 + cos(9π / 10)) = 0.0489
  expect([rates[1], rates[9]]).toEqual([1.9511, 0.0489]);
});

test('steps beyond the schedule have its last rate', () => {
  expect(rateAt({ learningRate: 2, warmUp: 0, schedule: 'linear' }, 15, 10)).toBe(0);
  expect(rateAt({ learningRate: 2, warmUp: 0, schedule: 'constant' }, 15, 10)).toBe(2);
});

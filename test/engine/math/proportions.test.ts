import { describe, expect, test } from 'vitest';
import { differenceInterval, mixtureLikelihoodRatio, wilsonInterval } from '../../../engine/math/proportions.ts';

const of = (successes: number, trials: number) => ({ successes, trials });

describe('the Wilson interval', () => {
  // Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is that of the literature', (successes, trials, low, high) => {
    const interval = wilsonInterval(of(successes, trials));
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  test('of all is the mirror image of that of none', () => {
    const [all, none] = [wilsonInterval(of(20, 20)), wilsonInterval(of(0, 20))];
    expect(all?.high).toBe(1);
    expect(all?.low).toBeCloseTo(1 - (none?.high as number), 12);
  });

  test('there is none without a trial', () => expect(wilsonInterval(of(0, 0))).toBeNull());
});

describe('the interval of a difference', () => {
  // Newcombe 1998, Statistics in Medicine 17:873, table II, method 10: 56/70 − 48/80 and 9/10 − 3/10.
  test.each([
    [of(48, 80), of(56, 70), 0.0524, 0.3339],
    [of(3, 10), of(9, 10), 0.1705, 0.809],
  ])('of %j and %j is that of the literature', (control, treatment, low, high) => {
    const interval = differenceInterval(control, treatment);
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  test('there is none where an arm has no trial', () => {
    expect(differenceInterval(of(0, 0), of(1, 2))).toBeNull();
    expect(differenceInterval(of(1, 2), of(0, 0))).toBeNull();
  });
});

describe('the mixture likelihood ratio', () => {
  test('is the one worked out by hand', () => {
    // p = 160/2000 = 0.08, V = 0.08·0.92·2/1000 = 0.0001472, τ² = 0.0025, V + τ² = 0.0026472, d = −0.04:
    // √(0.0001472/0.0026472) = 0.23581; exponent 0.0025·0.0016/(2·0.0001472·0.0026472) = 5.1326; e^5.1326 = 169.45; Λ = 39.96.
    expect(mixtureLikelihoodRatio(of(100, 1000), of(60, 1000), 0.05)).toBeCloseTo(39.96, 1);
    expect(mixtureLikelihoodRatio(of(60, 1000), of(100, 1000), 0.05)).toBeCloseTo(39.96, 1);
  });

  test('without a difference is √(V/(V + τ²)): more data speak for none', () => {
    // V = 0.1·0.9·2/1000 = 0.00018: √(0.00018/0.00268).
    expect(mixtureLikelihoodRatio(of(100, 1000), of(100, 1000), 0.05)).toBeCloseTo(0.25916, 5);
    expect(mixtureLikelihoodRatio(of(1000, 10_000), of(1000, 10_000), 0.05)).toBeLessThan(0.1);
  });

  test('says nothing where there is nothing, where nobody or where everybody succeeds', () => {
    for (const [control, treatment] of [
      [of(0, 0), of(5, 9)],
      [of(0, 500), of(0, 500)],
      [of(500, 500), of(500, 500)],
    ] as const) {
      expect(mixtureLikelihoodRatio(control, treatment, 0.05)).toBe(1);
    }
  });
});

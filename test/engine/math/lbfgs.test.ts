import { expect, test } from 'vitest';
import { minimiseLbfgs } from '../../../engine/math/lbfgs.ts';

const always = { iterations: 200, tolerance: 1e-9, afterStep: async () => true };

test('a stretched bowl is followed down to its lowest point', async () => {
  // f = (x - 3)² + 1000 (y + 2)²
  const found = await minimiseLbfgs(
    Float64Array.of(0, 0),
    ([x = 0, y = 0], gradient) => {
      gradient[0] = 2 * (x - 3);
      gradient[1] = 2000 * (y + 2);
      return (x - 3) ** 2 + 1000 * (y + 2) ** 2;
    },
    always,
  );
  expect(found[0]).toBeCloseTo(3, 6);
  expect(found[1]).toBeCloseTo(-2, 6);
});

test('the curved valley of Rosenbrock ends at (1, 1)', async () => {
  const found = await minimiseLbfgs(
    Float64Array.of(-1.2, 1),
    ([x = 0, y = 0], gradient) => {
      gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
      gradient[1] = 200 * (y - x * x);
      return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    },
    always,
  );
  expect(found[0]).toBeCloseTo(1, 5);
  expect(found[1]).toBeCloseTo(1, 5);
});

test('the caller can stop it after any step', async () => {
  const steps: number[] = [];
  const quartic = ([x = 0]: Float64Array, gradient: Float64Array): number => {
    gradient[0] = 4 * x ** 3;
    return x ** 4;
  };
  await minimiseLbfgs(Float64Array.of(5), quartic, { ...always, afterStep: async (step) => steps.push(step) < 3 });
  expect(steps).toEqual([1, 2, 3]);
});

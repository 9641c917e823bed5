import { expect, test } from 'vitest';
import { solvePositive } from '../../../engine/math/positive-solve.ts';

test('equations worked out by hand are solved', () => {
  // 4x + 2y = 2 and 2x + 3y = 5: x = −1/2, y = 2.
  const [x, y] = solvePositive(Float64Array.of(4, 2, 2, 3), Float64Array.of(2, 5), 2);
  expect(x).toBeCloseTo(-0.5, 12);
  expect(y).toBeCloseTo(2, 12);
});

test('the upper half is not read, and a matrix that is not positive definite gives no numbers', () => {
  expect(solvePositive(Float64Array.of(4, 99, 2, 3), Float64Array.of(2, 5), 2)[1]).toBeCloseTo(2, 12);
  expect(solvePositive(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1), 2)[1]).toBeNaN();
});

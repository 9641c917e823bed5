import { expect, test } from 'vitest';
import { createAdam } from '../../../engine/math/adam.ts';

test('the first step goes by the learning rate against the sign of each slope', () => {
  // With bias correction, m / √v of the first step is the sign of the gradient.
  const weights = Float32Array.of(1, 1);
  createAdam([weights], 0.1).update([Float32Array.of(4, -0.5)]);
  expect(weights[0]).toBeCloseTo(0.9, 5);
  expect(weights[1]).toBeCloseTo(1.1, 5);
});

test('two steps, worked out by hand', () => {
  // Slopes 1, then 3. m = .9 · .1 + .3 = .39, v = .999 · .001 + .009 = .009999; corrected: m / .19, v / .001999.
  const weights = Float32Array.of(0);
  const adam = createAdam([weights], 0.1);
  adam.update([Float32Array.of(1)]);
  adam.update([Float32Array.of(3)]);
  expect(weights[0]).toBeCloseTo(-0.1 - (0.1 * (0.39 / 0.19)) / Math.sqrt(0.009999 / 0.001999), 5);
});

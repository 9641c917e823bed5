import { expect, test } from 'vitest';
import { createRandom } from '../../../engine/math/random.ts';
import { symmetricEigen } from '../../../engine/math/symmetric-eigen.ts';

test('a matrix of two by two has the values of its characteristic polynomial', () => {
  // (2 − x)(5 − x) − 4 = x² − 7x + 6 = (x − 1)(x − 6); the vector of 6 is (1, 2) / √5.
  const { values, vectors } = symmetricEigen(Float64Array.of(2, 2, 2, 5), 2);
  expect(values[0]).toBeCloseTo(1, 12);
  expect(values[1]).toBeCloseTo(6, 12);
  expect(Math.abs(vectors[2] as number)).toBeCloseTo(1 / Math.sqrt(5), 12);
  expect((vectors[3] as number) / (vectors[2] as number)).toBeCloseTo(2, 12);
});

/** Largest difference between A and Σ value · vector vectorᵀ, and between the vectors' products and those of unit vectors at right angles. */
function errors(matrix: Float64Array, n: number): { rebuilt: number; angles: number } {
  const { values, vectors } = symmetricEigen(matrix, n);
  let [rebuilt, angles] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let [sum, product] = [0, 0];
      for (let k = 0; k < n; k++) {
        sum += (values[k] as number) * (vectors[k * n + i] as number) * (vectors[k * n + j] as number);
        product += (vectors[i * n + k] as number) * (vectors[j * n + k] as number);
      }
      rebuilt = Math.max(rebuilt, Math.abs(sum - (matrix[i * n + j] as number)));
      angles = Math.max(angles, Math.abs(product - (i === j ? 1 : 0)));
    }
  }
  return { rebuilt, angles };
}

test.each([1, 2, 3, 17, 40])('the parts of a random matrix of size %i add up to it', (n) => {
  const random = createRandom(n);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) matrix[i * n + j] = matrix[j * n + i] = random.normal();
  const { rebuilt, angles } = errors(matrix, n);
  expect(rebuilt).toBeLessThan(1e-12 * n);
  expect(angles).toBeLessThan(1e-12 * n);
});

test('values that are zero or equal do no harm', () => {
  // The identity, all ones (rank 1), and zeros.
  for (const matrix of [Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), new Float64Array(9).fill(1), new Float64Array(9)]) {
    const { rebuilt, angles } = errors(matrix, 3);
    expect(rebuilt).toBeLessThan(1e-12);
    expect(angles).toBeLessThan(1e-12);
  }
  expect(symmetricEigen(new Float64Array(9).fill(1), 3).values[2]).toBeCloseTo(3, 12);
});

test('what is not finite is refused in words', () => {
  expect(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).toThrow(/no longer finite/);
});

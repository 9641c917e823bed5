import { expect, test } from 'vitest';
import { invertPositive } from '../../../engine/math/positive-inverse.ts';

test('a matrix of two rows is inverted as on paper', () => {
  // Determinant 4 · 3 − 2 · 2 = 8.
  expect([...(invertPositive([4, 2, 2, 3], 2) ?? [])]).toEqual([3 / 8, -2 / 8, -2 / 8, 4 / 8].map((x) => expect.closeTo(x, 6)));
});

test('the matrix times its inverse is the identity', () => {
  // 1 / (i + j + 1) is positive definite (Hilbert); with a tenth on the diagonal also to the eye.
  const size = 9;
  const matrix = Array.from({ length: size * size }, (_, at) => 1 / (Math.floor(at / size) + (at % size) + 1));
  for (let i = 0; i < size; i++) matrix[i * (size + 1)] = (matrix[i * (size + 1)] as number) + 0.1;
  const inverse = invertPositive(matrix, size) as Float32Array;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += (matrix[i * size + k] as number) * (inverse[k * size + j] as number);
      expect(sum).toBeCloseTo(i === j ? 1 : 0, 5);
    }
  }
});

test('only the lower half is read', () => {
  expect(invertPositive([4, Number.NaN, 2, 3], 2)).toEqual(invertPositive([4, 2, 2, 3], 2));
});

test('what is not positive definite has none', () => {
  expect(invertPositive([1, 2, 2, 1], 2)).toBeNull();
  expect(invertPositive([1, 1, 1, 1], 2)).toBeNull();
  expect(invertPositive([Number.NaN], 1)).toBeNull();
});

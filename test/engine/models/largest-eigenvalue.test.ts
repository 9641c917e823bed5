import { expect, test } from 'vitest';
import { buildSparseMatrix } from '../../../engine/math/sparse.ts';
import { largestEigenvalue } from '../../../engine/models/largest-eigenvalue.ts';

test('of XᵀX: the larger of two', () => {
  // [[1, 1], [0, 1]]: XᵀX = [[1, 1], [1, 2]], eigenvalues (3 ± √5) / 2.
  const matrix = buildSparseMatrix(2, 2, [0, 0, 1], [0, 1, 1]);
  expect(largestEigenvalue(matrix)).toBeCloseTo((3 + Math.sqrt(5)) / 2, 2);
});

test('of an empty matrix: 0', () => {
  expect(largestEigenvalue(buildSparseMatrix(3, 4, [], []))).toBe(0);
});

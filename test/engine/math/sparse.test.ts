import { expect, test } from 'vitest';
import { buildSparseMatrix, hasCell, transpose } from '../../../engine/math/sparse.ts';

//      0  1  2
// 0  [ .  5  . ]   5 = 2 + 3, given twice
// 1  [ .  .  . ]
// 2  [ 7  .  1 ]
const matrix = buildSparseMatrix(3, 3, [2, 0, 2, 0], [2, 1, 0, 1], [1, 2, 7, 3]);

test('triplets become rows with ascending columns, equal cells added up', () => {
  expect(Array.from(matrix.indptr)).toEqual([0, 1, 1, 3]);
  expect(Array.from(matrix.indices)).toEqual([1, 0, 2]);
  expect(Array.from(matrix.values)).toEqual([5, 7, 1]);
});

test('cells of neighbouring rows in one column stay apart', () => {
  const { indptr, indices } = buildSparseMatrix(2, 2, [0, 1], [1, 1]);
  expect([Array.from(indptr), Array.from(indices)]).toEqual([
    [0, 1, 2],
    [1, 1],
  ]);
});

test('transposed twice is the same', () => {
  const turned = transpose(matrix);
  expect(Array.from(turned.indptr)).toEqual([0, 1, 2, 3]);
  expect(Array.from(turned.indices)).toEqual([2, 0, 2]);
  expect(transpose(turned)).toEqual(matrix);
});

test('a cell is found where it is, and nowhere else', () => {
  expect([hasCell(matrix, 0, 1), hasCell(matrix, 2, 2), hasCell(matrix, 0, 2), hasCell(matrix, 1, 0)]).toEqual([true, true, false, false]);
});

test('an empty matrix has rows but no cells', () => {
  expect(Array.from(buildSparseMatrix(2, 2, [], []).indptr)).toEqual([0, 0, 0]);
});

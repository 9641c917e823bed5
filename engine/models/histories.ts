import type { NamedArrays, SparseMatrix } from '../math/arrays.ts';
import { namedPattern, type Pattern, patternOf } from './sparse-rows.ts';

/** Which items each user had, as it is saved. */
export const historyArrays = (matrix: SparseMatrix): NamedArrays => namedPattern('history', matrix);

/** A matrix of ones from what `historyArrays` saved. Throws `bad_data` that names the array that is missing. */
export function historiesFrom(arrays: NamedArrays): SparseMatrix {
  return withOnes(patternOf(arrays, 'history'));
}

/** The same cells, ones in them. */
export function withOnes({ rows, columns, indptr, indices }: Pattern | SparseMatrix): SparseMatrix {
  return { rows, columns, indptr, indices, values: new Float32Array(indices.length).fill(1) };
}

/** Some rows of a matrix, in this order. */
export function pickRows(matrix: SparseMatrix, rows: Int32Array): SparseMatrix {
  const indptr = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    indptr[i + 1] = (indptr[i] as number) + (matrix.indptr[row + 1] as number) - (matrix.indptr[row] as number);
  });
  const count = indptr[rows.length] as number;
  const picked = { rows: rows.length, columns: matrix.columns, indptr, indices: new Int32Array(count), values: new Float32Array(count) };
  rows.forEach((row, i) => {
    const [begin, end] = [matrix.indptr[row] as number, matrix.indptr[row + 1] as number];
    picked.indices.set(matrix.indices.subarray(begin, end), indptr[i]);
    picked.values.set(matrix.values.subarray(begin, end), indptr[i]);
  });
  return picked;
}

/** One row of ones: each item once, ascending. */
export function rowOf(itemRows: Int32Array, itemCount: number): SparseMatrix {
  const indices = Int32Array.from(new Set(itemRows)).sort();
  return {
    rows: 1,
    columns: itemCount,
    indptr: Int32Array.of(0, indices.length),
    indices,
    values: new Float32Array(indices.length).fill(1),
  };
}

/** Cells of each row. */
export function rowSizes({ rows, indptr }: SparseMatrix): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => (indptr[row + 1] as number) - (indptr[row] as number));
}

/** Cells of each column. */
export function columnSizes({ columns, indices }: SparseMatrix): Int32Array {
  const sizes = new Int32Array(columns);
  for (const column of indices) sizes[column] = (sizes[column] as number) + 1;
  return sizes;
}

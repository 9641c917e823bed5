import type { SparseMatrix } from '../math/arrays.ts';
import type { Pattern } from './sparse-rows.ts';

/** The same cells, ones in them. */
export function withOnes({ rows, columns, indptr, indices }: Pattern | SparseMatrix): SparseMatrix {
  return { rows, columns, indptr, indices, values: new Float32Array(indices.length).fill(1) };
}

/** Some rows of a matrix, in this order; of a pattern with ones. */
export function pickRows(matrix: Pattern | SparseMatrix, rows: Int32Array): SparseMatrix {
  const indptr = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    indptr[i + 1] = (indptr[i] as number) + (matrix.indptr[row + 1] as number) - (matrix.indptr[row] as number);
  });
  const count = indptr[rows.length] as number;
  const picked = {
    rows: rows.length,
    columns: matrix.columns,
    indptr,
    indices: new Int32Array(count),
    values: new Float32Array(count).fill(1),
  };
  rows.forEach((row, i) => {
    const [begin, end] = [matrix.indptr[row] as number, matrix.indptr[row + 1] as number];
    picked.indices.set(matrix.indices.subarray(begin, end), indptr[i]);
    if (matrix.values) picked.values.set(matrix.values.subarray(begin, end), indptr[i]);
  });
  return picked;
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

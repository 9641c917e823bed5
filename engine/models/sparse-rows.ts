import { EngineError } from '#contract/errors';
import type { Matrix, NamedArrays, SparseMatrix } from '../math/arrays.ts';

/** A sparse matrix whose cells are all 1. */
export interface Pattern extends Omit<SparseMatrix, 'values'> {
  values?: undefined;
}

/** Where a matrix has cells. */
export const patternFrom = ({ rows, columns, indptr, indices }: Pattern | SparseMatrix): Pattern => ({ rows, columns, indptr, indices });

/** into += factor · row of a matrix. */
export function addRow(into: Float32Array, matrix: Pattern | SparseMatrix, row: number, factor: number): void {
  const { indptr, indices, values } = matrix;
  const end = indptr[row + 1] as number;
  if (values) {
    for (let at = indptr[row] as number; at < end; at++) {
      const column = indices[at] as number;
      into[column] = (into[column] as number) + factor * (values[at] as number);
    }
  } else {
    for (let at = indptr[row] as number; at < end; at++) {
      const column = indices[at] as number;
      into[column] = (into[column] as number) + factor;
    }
  }
}

/** Some rows of the product of two sparse matrices, dense: rows of the second added up. */
export function multiplyRows(left: Pattern | SparseMatrix, right: Pattern | SparseMatrix, rows: Int32Array): Matrix {
  const data = new Float32Array(rows.length * right.columns);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const into = data.subarray(i * right.columns, (i + 1) * right.columns);
    const end = left.indptr[row + 1] as number;
    for (let at = left.indptr[row] as number; at < end; at++)
      addRow(into, right, left.indices[at] as number, left.values ? (left.values[at] as number) : 1);
  }
  return { rows: rows.length, columns: right.columns, data };
}

/** The arrays of a sparse matrix as a model saves them. */
export function namedPattern(name: string, { indptr, indices, columns }: Pattern | SparseMatrix): NamedArrays {
  return {
    [`${name}.indptr`]: { shape: [indptr.length], data: indptr },
    [`${name}.indices`]: { shape: [indices.length], data: indices },
    [`${name}.columns`]: { shape: [1], data: Int32Array.of(columns) },
  };
}

export function namedSparse(name: string, matrix: SparseMatrix): NamedArrays {
  return { ...namedPattern(name, matrix), [`${name}.values`]: { shape: [matrix.values.length], data: matrix.values } };
}

/** One of a model's arrays. Throws `bad_data` where it is missing. */
export function integersOf(arrays: NamedArrays, name: string): Int32Array {
  const data = arrays[name]?.data;
  if (data instanceof Int32Array) return data;
  throw new EngineError('bad_data', `The model has no whole numbers "${name}". Train it again.`, { array: name });
}

export function floatsOf(arrays: NamedArrays, name: string): Float32Array {
  const data = arrays[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new EngineError('bad_data', `The model has no numbers "${name}". Train it again.`, { array: name });
}

export function patternOf(arrays: NamedArrays, name: string): Pattern {
  const indptr = integersOf(arrays, `${name}.indptr`);
  const columns = integersOf(arrays, `${name}.columns`)[0] as number;
  return { rows: indptr.length - 1, columns, indptr, indices: integersOf(arrays, `${name}.indices`) };
}

export function sparseOf(arrays: NamedArrays, name: string): SparseMatrix {
  return { ...patternOf(arrays, name), values: floatsOf(arrays, `${name}.values`) };
}

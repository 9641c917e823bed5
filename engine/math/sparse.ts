import type { Interactions, SparseMatrix } from './arrays.ts';

/**
 * A sparse matrix of triplets, by counting sort twice: by column, then by row, so that columns are ascending in each row.
 * Values of the same cell are added up.
 */
export function buildSparseMatrix(
  rows: number,
  columns: number,
  rowOf: ArrayLike<number>,
  columnOf: ArrayLike<number>,
  values?: ArrayLike<number>,
): SparseMatrix {
  const count = rowOf.length;
  const byColumn = countingOrder(columnOf, columns, null);
  const byRow = countingOrder(rowOf, rows, byColumn);
  const indptr = new Int32Array(rows + 1);
  const indices = new Int32Array(count);
  const sums = new Float32Array(count);
  let filled = 0;
  let row = 0;
  for (let i = 0; i < count; i++) {
    const at = byRow[i] as number;
    const here = rowOf[at] as number;
    while (row < here) indptr[++row] = filled;
    const column = columnOf[at] as number;
    const value = values === undefined ? 1 : (values[at] as number);
    if (filled > (indptr[row] as number) && indices[filled - 1] === column) {
      sums[filled - 1] = (sums[filled - 1] as number) + value;
    } else {
      indices[filled] = column;
      sums[filled] = value;
      filled++;
    }
  }
  while (row < rows) indptr[++row] = filled;
  return { rows, columns, indptr, indices: indices.slice(0, filled), values: sums.slice(0, filled) };
}

/** Positions in the order of their key; stable. `start` is an order to refine, or null for 0, 1, 2 … */
function countingOrder(keys: ArrayLike<number>, limit: number, start: Int32Array | null): Int32Array {
  const offsets = new Int32Array(limit + 1);
  for (let i = 0; i < keys.length; i++) {
    const slot = (keys[i] as number) + 1;
    offsets[slot] = (offsets[slot] as number) + 1;
  }
  for (let i = 0; i < limit; i++) offsets[i + 1] = (offsets[i + 1] as number) + (offsets[i] as number);
  const order = new Int32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const at = start === null ? i : (start[i] as number);
    const key = keys[at] as number;
    const slot = offsets[key] as number;
    order[slot] = at;
    offsets[key] = slot + 1;
  }
  return order;
}

/** Interactions as users × items, one cell a pair, weights added up. */
export function toSparseMatrix(interactions: Interactions, userCount: number, itemCount: number): SparseMatrix {
  return buildSparseMatrix(userCount, itemCount, interactions.users, interactions.items, interactions.weights);
}

/** Rows become columns. */
export function transpose(matrix: SparseMatrix): SparseMatrix {
  const { rows, columns, indptr, indices, values } = matrix;
  const turned = {
    rows: columns,
    columns: rows,
    indptr: new Int32Array(columns + 1),
    indices: new Int32Array(indices.length),
    values: new Float32Array(indices.length),
  };
  for (const column of indices) turned.indptr[column + 1] = (turned.indptr[column + 1] as number) + 1;
  for (let i = 0; i < columns; i++) turned.indptr[i + 1] = (turned.indptr[i + 1] as number) + (turned.indptr[i] as number);
  const next = turned.indptr.slice(0, columns);
  for (let row = 0; row < rows; row++) {
    for (let i = indptr[row] as number; i < (indptr[row + 1] as number); i++) {
      const column = indices[i] as number;
      const slot = next[column] as number;
      turned.indices[slot] = row;
      turned.values[slot] = values[i] as number;
      next[column] = slot + 1;
    }
  }
  return turned;
}

/** Where a cell is in `indices` and `values`; -1 where it is not there. Binary search: the columns of a row are ascending. */
export function findCell(matrix: SparseMatrix, row: number, column: number): number {
  const end = matrix.indptr[row + 1] as number;
  let low = matrix.indptr[row] as number;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((matrix.indices[middle] as number) < column) low = middle + 1;
    else high = middle;
  }
  return low < end && matrix.indices[low] === column ? low : -1;
}

/** True where the cell is there. */
export function hasCell(matrix: SparseMatrix, row: number, column: number): boolean {
  return findCell(matrix, row, column) >= 0;
}

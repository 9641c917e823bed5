import { paddedColumns } from '../kernels/gram.ts';
import type { Block, KernelPool } from '../kernels/kernel-pool.ts';
import type { Matrix, SparseMatrix } from '../math/arrays.ts';

/** The graph of users and items in the kernels' memory: users are its first rows, items those after them. Its matrix Â is symmetric. */
export interface Graph {
  rows: number;
  users: number;
  addresses: number[];
}

/** Â = D^-½ A D^-½, where A has a one wherever a user had an item, both ways, and D says how many each has. */
export function createGraph(pool: KernelPool, matrix: SparseMatrix, turned: SparseMatrix): Graph {
  const users = matrix.rows;
  const rows = users + turned.rows;
  const pairs = matrix.indices.length;
  const indptr = pool.integers(rows + 1);
  const indices = pool.integers(2 * pairs);
  const values = pool.floats(2 * pairs);
  indptr.values.set(matrix.indptr);
  for (let item = 0; item < turned.rows; item++) indptr.values[users + item + 1] = pairs + (turned.indptr[item + 1] as number);
  for (let at = 0; at < pairs; at++) {
    indices.values[at] = users + (matrix.indices[at] as number);
    indices.values[pairs + at] = turned.indices[at] as number;
  }
  const degree = (row: number): number => (indptr.values[row + 1] as number) - (indptr.values[row] as number);
  for (let row = 0; row < rows; row++) {
    for (let at = indptr.values[row] as number; at < (indptr.values[row + 1] as number); at++)
      values.values[at] = 1 / Math.sqrt(degree(row) * degree(indices.values[at] as number));
  }
  return { rows, users, addresses: [indptr.address, indices.address, values.address] };
}

/** A vector for each row of a graph, in the kernels' memory. */
export interface GraphTable {
  rows: number;
  dimensions: number;
  /** Floats from one vector to the next. */
  columns: number;
  block: Block<Float32Array>;
}

export function createGraphTable(pool: KernelPool, rows: number, dimensions: number): GraphTable {
  const columns = paddedColumns(dimensions);
  return { rows, dimensions, columns, block: pool.floats(rows * columns) };
}

/** out = base + Â x, by all threads. `out` may be `base`, and must not be `x`. */
export function addNeighbours(
  pool: KernelPool,
  graph: Graph,
  { x, base, out }: Record<'x' | 'base' | 'out', GraphTable>,
  onProgress: () => Promise<void>,
): Promise<void> {
  const args = [...graph.addresses, x.block.address, base.block.address, out.block.address, out.columns];
  return pool.rows('sparseProduct', graph.rows, args, { onProgress });
}

/** Some rows without their padding, times a factor. */
export function rowsOf({ dimensions, columns, block }: GraphTable, from: number, count: number, factor = 1): Matrix {
  const data = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const own = (from + row) * columns;
    for (let d = 0; d < dimensions; d++) data[row * dimensions + d] = factor * (block.values[own + d] as number);
  }
  return { rows: count, columns: dimensions, data };
}

import { gramOf, paddedColumns } from '../kernels/gram.ts';
import type { KernelPool } from '../kernels/kernel-pool.ts';
import type { Matrix, NamedArrays, SparseMatrix } from '../math/arrays.ts';
import { foldInSides } from './ials-fold-in.ts';

/** Steps of the conjugate gradient: from the vector that counts all items alike to the one that does not. */
const steps = 16;

/** Users of a trained factorisation, solved anew with the items held fixed. */
export interface RecentUsers {
  /** Vectors of these rows at once, by the calling thread: `cells` say what each user has and how much it counts. */
  solveNow(cells: SparseMatrix, strengths: Float32Array): Matrix;
  /** The same by all threads, with their Gram matrix. */
  solve(
    cells: SparseMatrix,
    strengths: Float32Array,
    onProgress: (done: number, total: number) => Promise<void>,
  ): Promise<{ users: Matrix; gram: Float64Array }>;
}

/**
 * (α YᵀY + λ_u I + Σ weight_i y_i y_iᵀ) x_u = Σ weight_i y_i for users whose items do not count alike. `arrays` are what training saved: its last half-epoch left
 * YᵀY diagonal.
 */
export function createRecentUsers(pool: KernelPool, arrays: NamedArrays): RecentUsers {
  const { others: items, gram, unobserved } = foldInSides(arrays).users;
  const { columns: dimensions } = items;
  const columns = paddedColumns(dimensions);
  const padded = (matrix: Matrix): Float32Array => {
    const data = new Float32Array(matrix.rows * columns);
    for (let row = 0; row < matrix.rows; row++) data.set(matrix.data.subarray(row * dimensions, (row + 1) * dimensions), row * columns);
    return data;
  };
  const y = pool.floats(padded(items));
  const everywhere = pool.floats(
    Float32Array.from({ length: columns }, (_, d) => (d < dimensions ? unobserved * (gram[d * dimensions + d] as number) : 0)),
  );

  /** Vectors and the arguments of the kernel; freed with the mark before. */
  function prepared(cells: SparseMatrix, strengths: Float32Array) {
    const block = pool.floats(cells.rows * columns);
    const what = [pool.integers(cells.indptr), pool.integers(cells.indices), pool.floats(cells.values)].map(({ address }) => address);
    const how = [everywhere.address, pool.floats(strengths).address, pool.floats(cells.rows).address, steps, columns];
    return { block, args: [...what, block.address, y.address, ...how] };
  }
  function vectorsOf(values: Float32Array, rows: number): Matrix {
    const data = new Float32Array(rows * dimensions);
    for (let row = 0; row < rows; row++) data.set(values.subarray(row * columns, row * columns + dimensions), row * dimensions);
    return { rows, columns: dimensions, data };
  }
  const scratch = 20 * columns;

  return {
    solveNow(cells, strengths) {
      const mark = pool.mark();
      const { block, args } = prepared(cells, strengths);
      pool.rowsNow('solveRows', cells.rows, args, scratch);
      const users = vectorsOf(block.values, cells.rows);
      pool.release(mark);
      return users;
    },
    async solve(cells, strengths, onProgress) {
      const { block, args } = prepared(cells, strengths);
      await pool.rows('solveRows', cells.rows, args, { scratch, chunk: 64, onProgress });
      const wide = await gramOf(pool, { rows: cells.rows, columns, block }, () => onProgress(cells.rows, cells.rows));
      const square = new Float64Array(dimensions * dimensions);
      for (let i = 0; i < dimensions; i++) square.set(wide.subarray(i * columns, i * columns + dimensions), i * dimensions);
      return { users: vectorsOf(block.values, cells.rows), gram: square };
    },
  };
}

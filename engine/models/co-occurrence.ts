import type { KernelPool } from '../kernels/kernel-pool.ts';
import type { SparseMatrix } from '../math/arrays.ts';
import { transpose } from '../math/sparse.ts';
import type { Owned } from './owned.ts';
import { buildSymmetric, type Symmetric } from './symmetric.ts';

export interface CoOccurrence {
  /** Which cells there are; its values do not count. */
  matrix: SparseMatrix;
  /** How much each row of the matrix counts. */
  rowWeights: Float32Array;
  /** Factor of each column. */
  columnScales: Float32Array;
}

/**
 * diag(scale) Xᵀ diag(weight) X diag(scale) of a matrix X of ones, columns × columns, by all threads. Each sum is taken in the order of the rows.
 * `onProgress` is told the columns done, and is a place to stop.
 */
export async function coOccurrenceOf(
  pool: KernelPool,
  owned: Owned,
  { matrix, rowWeights, columnScales }: CoOccurrence,
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<Symmetric> {
  const mark = pool.mark();
  try {
    const byColumn = transpose(matrix);
    const [columnStarts, rows] = [pool.integers(byColumn.indptr), pool.integers(byColumn.indices)];
    const [rowStarts, columns] = [pool.integers(matrix.indptr), pool.integers(matrix.indices)];
    const weights = pool.floats(rowWeights);
    const panelMark = pool.mark();
    return await buildSymmetric(owned, matrix.columns, async (from, count) => {
      await onProgress(from, matrix.columns);
      const width = from + count;
      const out = pool.floats(count * width);
      const args = [columnStarts, rows, rowStarts, columns, weights, out].map((block) => block.address);
      await pool.rows('coOccurrence', count, [from, ...args, width], { chunk: 4 });
      const panel = out.values.slice();
      pool.release(panelMark);
      for (let row = 0; row < count; row++) {
        const scale = columnScales[from + row] as number;
        for (let column = 0, at = row * width; column < width; column++, at++)
          panel[at] = (panel[at] as number) * (scale * (columnScales[column] as number));
      }
      return panel;
    });
  } finally {
    pool.release(mark);
  }
}

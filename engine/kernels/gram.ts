import type { Block, KernelPool } from './kernel-pool.ts';

/** A dense matrix in the kernels' memory, row-major. */
export interface KernelMatrix {
  rows: number;
  /** A multiple of 16. */
  columns: number;
  block: Block<Float32Array>;
}

/** Columns as kernels take them: the next multiple of 16. */
export const paddedColumns = (columns: number): number => Math.ceil(columns / 16) * 16;

/** Rows are added up in so many blocks, whatever the number of threads, so that the sum is always the same. */
const blocks = 32;

/** Xᵀ X, row-major, as 64-bit sums over blocks that are summed in 32 bits. `onProgress` is a place to stop. */
export async function gramOf(
  pool: KernelPool,
  { rows, columns, block }: KernelMatrix,
  onProgress: () => Promise<void>,
): Promise<Float64Array> {
  const mark = pool.mark();
  try {
    const size = Math.max(1, Math.ceil(rows / blocks));
    const parts = Math.ceil(rows / size);
    const out = pool.floats(parts * columns * columns);
    await pool.rows('gramBlocks', parts, [block.address, rows, size, out.address, columns], { chunk: 1, onProgress });
    const gram = new Float64Array(columns * columns);
    for (let i = 0; i < columns; i++) {
      for (let j = i; j < columns; j++) {
        let sum = 0;
        for (let part = 0; part < parts; part++) sum += out.values[(part * columns + i) * columns + j] as number;
        gram[i * columns + j] = sum;
        gram[j * columns + i] = sum;
      }
    }
    return gram;
  } finally {
    pool.release(mark);
  }
}

import { createKernelPool, type KernelPool } from '../kernels/kernel-pool.ts';
import type { SparseMatrix } from '../math/arrays.ts';

/** How what two things have in common becomes a similarity: Σ features[f] over what both have, divided by rowNorms[i] · columnNorms[j] + shrinkage. */
export interface Weighting {
  /** Above 0. */
  features: Float32Array;
  /** Of the thing that chooses. */
  rowNorms: Float32Array;
  /** Of the thing that is chosen. */
  columnNorms: Float32Array;
  shrinkage: number;
}

interface Neighbourhoods {
  /**
   * The `neighbours` most similar others of each thing, things × things, of those that have anything in common with it; of equal ones the lower row. The same
   * to the last bit with any number of threads.
   */
  nearest(weighting: Weighting, neighbours: number, onProgress: (done: number, total: number) => Promise<void>): Promise<SparseMatrix>;
}

/** Things whose neighbours are found at a time: what they found is taken out of the kernels' memory then. */
const blockThings = 32_768;
/** Of which a thread takes so few at a time that a cancel is heard soon, popular ones too. */
const chunk = 4;

/** So few additions one thread has done before others have started. */
const quickly = 1 << 24;

/**
 * Who is like whom, by what they have: `things` × features, and the same turned; items by their users, or users by their items. What `use` gets may be weighed
 * as often as it likes, and lives as long as its promise.
 */
export async function withNeighbourhoods<T>(
  things: SparseMatrix,
  turned: SparseMatrix,
  use: (hood: Neighbourhoods) => Promise<T>,
): Promise<T> {
  let additions = 0;
  for (let feature = 0; feature < turned.rows; feature++)
    additions += ((turned.indptr[feature + 1] as number) - (turned.indptr[feature] as number)) ** 2;
  const pool = createKernelPool(additions < quickly ? { threads: 1 } : {});
  try {
    return await use(createNeighbourhoods(pool, things, turned));
  } finally {
    await pool.dispose();
  }
}

function createNeighbourhoods(pool: KernelPool, things: SparseMatrix, turned: SparseMatrix): Neighbourhoods {
  const shape = [things.indptr, things.indices, turned.indptr, turned.indices].map((part) => pool.integers(part).address);
  const count = things.rows;
  return {
    async nearest({ features, rowNorms, columnNorms, shrinkage }, neighbours, onProgress) {
      const kept = Math.max(1, Math.min(neighbours, count - 1));
      const block = Math.min(blockThings, count);
      const mark = pool.mark();
      try {
        const weights = [features, rowNorms, columnNorms].map((part) => pool.floats(part).address);
        const [columns, values, sizes] = [pool.integers(block * kept), pool.floats(block * kept), pool.integers(block)];
        const out = [columns, values, sizes].map(({ address }) => address);
        const indptr = new Int32Array(count + 1);
        const parts: { columns: Int32Array; values: Float32Array }[] = [];
        for (let first = 0; first < count; first += block) {
          const rows = Math.min(block, count - first);
          await pool.rows('similarRows', rows, [first, count, ...shape, ...weights, shrinkage, kept, ...out], {
            scratch: count * 8 + kept * 16 + 64,
            chunk,
            onProgress: (done) => onProgress(first + done, count),
          });
          for (let row = 0; row < rows; row++) indptr[first + row + 1] = (indptr[first + row] as number) + (sizes.values[row] as number);
          parts.push(packed(columns.values, values.values, sizes.values.subarray(0, rows), kept));
        }
        return { rows: count, columns: count, indptr, ...joined(parts, indptr[count] as number) };
      } finally {
        pool.release(mark);
      }
    },
  };
}

/** Rows that lie `kept` apart, one behind the other. */
function packed(columns: Int32Array, values: Float32Array, sizes: Int32Array, kept: number): { columns: Int32Array; values: Float32Array } {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const result = { columns: new Int32Array(total), values: new Float32Array(total) };
  let at = 0;
  sizes.forEach((size, row) => {
    result.columns.set(columns.subarray(row * kept, row * kept + size), at);
    result.values.set(values.subarray(row * kept, row * kept + size), at);
    at += size;
  });
  return result;
}

function joined(parts: { columns: Int32Array; values: Float32Array }[], total: number): { indices: Int32Array; values: Float32Array } {
  const [only] = parts;
  if (only && parts.length === 1) return { indices: only.columns, values: only.values };
  const result = { indices: new Int32Array(total), values: new Float32Array(total) };
  let at = 0;
  for (const part of parts.splice(0)) {
    result.indices.set(part.columns, at);
    result.values.set(part.values, at);
    at += part.columns.length;
  }
  return result;
}

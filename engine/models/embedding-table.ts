import { createKernelPool } from '../kernels/kernel-pool.ts';
import type { Algebra, Dense } from './algebra.ts';
import { type Bags, compactBags, transposeBags } from './bags.ts';

/** Bags that were looked up, and the way back for their gradient. */
export interface Lookup {
  /** bags × dimensions. */
  vectors: Dense;
  /**
   * Adagrad (Duchi et al. 2011) on the rows that the bags touched and on no other: for each such row, with g the sum of its weighted gradients,
   * accumulator += g²; row -= learningRate · g / √accumulator.
   */
  apply(gradient: Dense, learningRate: number): void;
}

/** A table of embeddings of which a step reads and changes only the rows it touches. */
export interface EmbeddingTable {
  rows: number;
  dimensions: number;
  /** The table itself, row-major, and Adagrad's sums of squares: what is written here, the next lookup sees. */
  values: Float32Array;
  squares: Float32Array;
  /** bags × dimensions. Call within a scope of the algebra. */
  sums(bags: Bags): Dense;
  /** The same with the way back for the gradient. */
  lookup(bags: Bags): Lookup;
}

/** Where Adagrad's sums of squares start: high enough that the first step of a row stays small. */
export const initialAccumulator = 0.1;

/**
 * A table of zeros in the memory of hand-written kernels: adding up a bag and changing a row take a fraction of the time of general sparse products and
 * updates, and a table of millions of rows is in memory once. Throws `too_large` where 4 GB do not hold it.
 */
export function createEmbeddingTable(algebra: Algebra, rows: number, dimensions: number): EmbeddingTable {
  const pool = createKernelPool({ threads: 1 });
  const table = pool.floats(rows * dimensions);
  const squares = pool.floats(rows * dimensions);
  squares.values.fill(initialAccumulator);
  const positions = new Int32Array(rows).fill(-1);
  const rowBytes = dimensions * 4;

  function sums(bags: Bags): Dense {
    const mark = pool.mark();
    const out = pool.floats(bags.count * dimensions);
    const places = [bags.offsets, bags.rows].map((values) => pool.integers(values).address);
    pool.rowsNow('bagSums', bags.count, [...places, pool.floats(bags.weights).address, table.address, out.address, dimensions]);
    pool.release(mark);
    return algebra.tensor(out.values.slice(), [bags.count, dimensions]);
  }

  function lookup(bags: Bags): Lookup {
    const { touched, columns } = compactBags(bags, positions);
    const back = transposeBags(bags, columns, touched.length);
    return {
      vectors: sums(bags),
      apply(gradient, learningRate) {
        const start = pool.mark();
        const whose = [touched, back.offsets, back.rows].map((values) => pool.integers(values).address);
        const floats = [back.weights, algebra.read(gradient)].map((values) => pool.floats(values).address);
        pool.rowsNow(
          'adagradRows',
          touched.length,
          [...whose, ...floats, table.address, squares.address, learningRate, dimensions],
          rowBytes,
        );
        pool.release(start);
      },
    };
  }

  return { rows, dimensions, values: table.values, squares: squares.values, sums, lookup };
}

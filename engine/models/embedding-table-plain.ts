import type { Algebra, Dense } from './algebra.ts';
import type { Bags } from './bags.ts';
import { type EmbeddingTable, initialAccumulator, type Lookup } from './embedding-table.ts';

/** The table in typed arrays, for machines without the native library. */
export function createPlainTable(algebra: Algebra, initial: Float32Array, dimensions: number): EmbeddingTable {
  const table = Float32Array.from(initial);
  const accumulator = new Float32Array(table.length).fill(initialAccumulator);
  const sums = new Float32Array(table.length);
  const rows = table.length / dimensions;
  const stamped = new Uint8Array(rows);

  /** Calls `visit` with the start of the bag's vector, the start of the table row, and the weight. */
  function eachEntry(bags: Bags, visit: (bagAt: number, rowAt: number, weight: number) => void): void {
    for (let bag = 0; bag < bags.count; bag++) {
      for (let i = bags.offsets[bag] as number; i < (bags.offsets[bag + 1] as number); i++) {
        visit(bag * dimensions, (bags.rows[i] as number) * dimensions, bags.weights[i] as number);
      }
    }
  }

  function lookup(bags: Bags): Lookup {
    const own: Bags = { count: bags.count, offsets: bags.offsets.slice(), rows: bags.rows.slice(), weights: bags.weights.slice() };
    const vectors = new Float32Array(bags.count * dimensions);
    eachEntry(own, (bagAt, rowAt, weight) => {
      for (let d = 0; d < dimensions; d++) vectors[bagAt + d] = (vectors[bagAt + d] as number) + weight * (table[rowAt + d] as number);
    });
    return {
      vectors: algebra.tensor(vectors, [bags.count, dimensions]),
      apply(gradient: Dense, learningRate: number) {
        const values = algebra.read(gradient);
        eachEntry(own, (bagAt, rowAt, weight) => {
          for (let d = 0; d < dimensions; d++) sums[rowAt + d] = (sums[rowAt + d] as number) + weight * (values[bagAt + d] as number);
        });
        for (const row of own.rows) {
          if (stamped[row] === 1) continue;
          stamped[row] = 1;
          for (let at = row * dimensions; at < (row + 1) * dimensions; at++) {
            const gradientSum = sums[at] as number;
            const squares = (accumulator[at] as number) + gradientSum * gradientSum;
            accumulator[at] = squares;
            table[at] = (table[at] as number) - (learningRate * gradientSum) / Math.sqrt(squares);
            sums[at] = 0;
          }
        }
        for (const row of own.rows) stamped[row] = 0;
      },
    };
  }

  return { rows, dimensions, lookup, read: () => Float32Array.from(table), dispose() {} };
}

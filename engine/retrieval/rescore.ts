import type { Matrix } from '../math/arrays.ts';
import type { Matches } from './vector-index.ts';

/** The dot product of a row with a query, in 64-bit sums. */
export function dotRow(items: Matrix, row: number, query: Float32Array): number {
  let sum = 0;
  const start = row * items.columns;
  for (let i = 0; i < query.length; i++) sum += (items.data[start + i] as number) * (query[i] as number);
  return sum;
}

/**
 * Found rows with their true scores, best first, equal scores by row. A library reports 1 - dot in 32 bits, or the product of rounded vectors;
 * counted again, the score is the same whichever index found the row.
 */
export function rescore(items: Matrix, query: Float32Array, keys: BigUint64Array): Matches {
  const found: number[] = [];
  for (const key of keys) if (key < BigInt(items.rows)) found.push(Number(key));
  const scores = new Float32Array(found.map((row) => dotRow(items, row, query)));
  const order = Array.from(found.keys()).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || (found[a] as number) - (found[b] as number),
  );
  return { rows: Int32Array.from(order, (at) => found[at] as number), scores: Float32Array.from(order, (at) => scores[at] as number) };
}

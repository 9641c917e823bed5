import type { Matrix } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { unitVector } from './two-tower-fold-in.ts';

/** Step size, by measurement (docs/models.md). */
const rate = 2;
/** Of more items, so many drawn ones stand for all in the expectation. */
const mostExpected = 2000;

/** Rows of all items, or of some of them, the same ones every time. */
function expectedRows(count: number): Int32Array {
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  if (count <= mostExpected) return rows;
  createRandom(0, 'follow').shuffle(rows);
  return rows.slice(0, mostExpected);
}

/**
 * A user's vector after items that training did not see: one step up the softmax likelihood of these items, item vectors held fixed.
 *
 *   v' ∝ v + 2 · share · (mean of the new items' vectors − Σ_j p_j v_j),   p = softmax over the items of v · v_j / temperature
 *
 * @returns a function of the user's vector, the new items, and the share that they are of all the user's items; it gives a unit vector
 */
export function createFollower(
  items: Matrix,
  temperature: number,
): (vector: Float32Array, since: Int32Array, share: number) => Float32Array {
  const { columns, data } = items;
  const rows = expectedRows(items.rows);
  const likelihoods = new Float64Array(rows.length);
  return (vector, since, share) => {
    let sum = 0;
    rows.forEach((row, at) => {
      let dot = 0;
      for (let d = 0; d < columns; d++) dot += (vector[d] as number) * (data[row * columns + d] as number);
      // Cosines are bounded, so no maximum need be taken off first.
      likelihoods[at] = Math.exp(dot / temperature);
      sum += likelihoods[at] as number;
    });
    const direction = new Float64Array(columns);
    const add = (row: number, weight: number): void => {
      for (let d = 0; d < columns; d++) direction[d] = (direction[d] as number) + weight * (data[row * columns + d] as number);
    };
    for (const row of since) add(row, 1 / since.length);
    rows.forEach((row, at) => {
      add(row, -(likelihoods[at] as number) / sum);
    });
    return unitVector(vector.map((x, d) => x + rate * share * (direction[d] as number)));
  };
}

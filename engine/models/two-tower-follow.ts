import { type Matrix, rowAt } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import type { FittedModel } from './model.ts';
import { type FoldInParts, recentSum, unitVector } from './two-tower-fold-in.ts';

/** Step sizes, by measurement (docs/models.md): where the new items are not among the recent ones of the tower, and where they are. */
const rate = 2;
const rateAfterRecent = 1;
/** Of more items, so many drawn ones stand for all in the expectation. */
const mostExpected = 2000;

/** Rows of all items, or of some of them, the same ones every time. */
function expectedRows(count: number): Int32Array {
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  if (count <= mostExpected) return rows;
  createRandom(0, 'follow').shuffle(rows);
  return rows.slice(0, mostExpected);
}

export interface FollowParts {
  users: Matrix;
  items: Matrix;
  temperature: number;
  /** How long the users' vectors were before they were taken to length 1, where the tower takes recent items and has no hidden layers. */
  lengths: ArrayLike<number> | null;
  foldIn: FoldInParts;
}

/**
 * Known users' vectors after items that training did not see. Where the tower takes recent items, what it adds up gets those of today for those of the
 * training: id and attributes are as they were. Then, or by itself, a step towards the new items.
 */
export function createFollower({ users, items, temperature, lengths, foldIn }: FollowParts): NonNullable<FittedModel['follow']> {
  const step = createStep(items, temperature);
  return (row, { items: all, before, since }) => {
    const own = rowAt(users, row);
    const share = since.length / all.length;
    const [now, then] = lengths ? [recentSum(foldIn, all), recentSum(foldIn, before)] : [null, null];
    if (!(lengths && now && then)) return step(own, since, rate * share);
    const length = lengths[row] as number;
    return step(unitVector(own.map((x, d) => x * length + (now[d] as number) - (then[d] as number))), since, rateAfterRecent * share);
  };
}

/**
 * One step up the softmax likelihood of some items, item vectors held fixed:
 *
 *   v' ∝ v + size · (mean of these items' vectors − Σ_j p_j v_j),   p = softmax over the items of v · v_j / temperature
 *
 * @returns a function of the user's unit vector, the items and the size; it gives a unit vector
 */
export function createStep(items: Matrix, temperature: number): (vector: Float32Array, towards: Int32Array, size: number) => Float32Array {
  const { columns, data } = items;
  const rows = expectedRows(items.rows);
  const likelihoods = new Float64Array(rows.length);
  return (vector, towards, size) => {
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
    for (const row of towards) add(row, 1 / towards.length);
    rows.forEach((row, at) => {
      add(row, -(likelihoods[at] as number) / sum);
    });
    return unitVector(vector.map((x, d) => x + size * (direction[d] as number)));
  };
}

import type { Matrix } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';

/** Passes over somebody's items, and the least number of steps: a vector of few items needs as many to find its place. */
const passes = 20;
const leastSteps = 400;

/**
 * A user vector for someone who has these items, by the steps that training takes (see `bpr.ts`) with the items held fixed: from nothing, always with the same
 * random numbers. The last column of an item is its bias, and that of a user is 1.
 */
export function foldInByPairs(
  items: Matrix,
  itemRows: Int32Array,
  { learningRate, regularisation }: { learningRate: number; regularisation: number },
): Float32Array {
  const { columns, data, rows } = items;
  const width = columns - 1;
  const vector = new Float32Array(columns);
  vector[width] = 1;
  const owned = new Set(itemRows);
  if (owned.size === 0 || owned.size >= rows) return vector;
  const own = [...owned];
  const random = createRandom(0, 'fold in');
  const steps = Math.max(passes * own.length, leastSteps);
  for (let step = 0; step < steps; step++) {
    const positive = (own[step % own.length] as number) * columns;
    let other = random.integer(rows);
    while (owned.has(other)) other = random.integer(rows);
    const negative = other * columns;
    let score = 0;
    for (let d = 0; d < columns; d++) score += (vector[d] as number) * ((data[positive + d] as number) - (data[negative + d] as number));
    const pull = learningRate / (1 + Math.exp(score));
    for (let d = 0; d < width; d++) {
      const slope = (data[positive + d] as number) - (data[negative + d] as number);
      vector[d] = (vector[d] as number) * (1 - learningRate * regularisation) + pull * slope;
    }
  }
  return vector;
}

import type { Matrix } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { ageDrawnBy, weighed } from './recency.ts';

/** Passes over somebody's items, and the least number of steps: a vector of few items needs as many to find its place. */
const passes = 20;
const leastSteps = 400;
/** Of a vector that has its place already: many small steps, so that it is drawn and not thrown about. By measurement (docs/models.md). */
const movingPasses = 200;
const movingRate = 0.1;

export interface PairSteps {
  learningRate: number;
  regularisation: number;
  /** How many later items halve how often an earlier one is drawn (`recency.ts`); 0: all in turn. */
  recency: number;
}

/**
 * A user vector for someone who has these items, by the steps that training takes (see `bpr.ts`) with the items held fixed: from nothing, always with the same
 * random numbers. The last column of an item is its bias, and that of a user is 1.
 */
export function foldInByPairs(items: Matrix, itemRows: Int32Array, how: PairSteps): Float32Array {
  const vector = new Float32Array(items.columns);
  vector[items.columns - 1] = 1;
  const own = weighed(itemRows, 0).map(([item]) => item);
  return stepped(vector, items, own, how, Math.max(passes * own.length, leastSteps));
}

/** A known user's vector, drawn on from where it is by the same steps over all the items that they have by now. */
export function moveByPairs(
  vector: Float32Array,
  items: Matrix,
  itemRows: Int32Array,
  { learningRate, regularisation, recency }: PairSteps,
): Float32Array {
  const own = weighed(itemRows, 0).map(([item]) => item);
  return stepped(
    vector.slice(),
    items,
    own,
    { learningRate: learningRate * movingRate, regularisation, recency },
    movingPasses * own.length,
  );
}

function stepped(
  vector: Float32Array,
  { columns, data, rows }: Matrix,
  own: number[],
  { learningRate, regularisation, recency }: PairSteps,
  steps: number,
): Float32Array {
  if (own.length === 0 || own.length >= rows) return vector;
  const width = columns - 1;
  const owned = new Set(own);
  const random = createRandom(0, 'fold in');
  for (let step = 0; step < steps; step++) {
    const place = recency > 0 ? own.length - 1 - ageDrawnBy(random.next(), own.length, recency) : step % own.length;
    const positive = (own[place] as number) * columns;
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

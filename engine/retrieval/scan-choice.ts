import type { Matrix } from '../math/arrays.ts';
import { rowOfKey, scoreKey } from '../math/score-keys.ts';
import { dotRow } from './rescore.ts';
import type { Matches } from './vector-index.ts';

/** So many rows at most are looked at to guess where the best k begin; fewer where k is a larger share of all. */
const largestSample = 4096;
const bestInSample = 30;

/** The n-th largest value of some evenly spread ones; -Infinity where there are not that many. */
function sampledQuantile(values: Float32Array, count: number, stride: number, n: number, sample: Float32Array): number {
  let size = 0;
  for (let i = 0; i < count; i += stride) {
    const value = values[i] as number;
    if (value === Number.NEGATIVE_INFINITY) continue;
    // A short sorted list, the smallest first: most values stop at the first comparison.
    if (size === n && value <= (sample[0] as number)) continue;
    let at = size < n ? size++ : 0;
    if (at === 0) {
      while (at + 1 < size && (sample[at + 1] as number) < value) {
        sample[at] = sample[at + 1] as number;
        at++;
      }
    } else {
      while (at > 0 && (sample[at - 1] as number) > value) {
        sample[at] = sample[at - 1] as number;
        at--;
      }
    }
    sample[at] = value;
  }
  return size < n ? Number.NEGATIVE_INFINITY : (sample[0] as number);
}

/**
 * Picks the best k rows from approximate scores, which are off by no more than `off`, in units of `step`: rows from a guessed floor on are counted in full; that
 * none below it belongs to the best k is then known, or the floor is lowered. -Infinity is never picked.
 */
export function createChoice(
  items: Matrix,
  approximate: Float32Array,
): (query: Float32Array, k: number, rounded: { step: number; off: number }) => Matches {
  const rows = new Int32Array(items.rows);
  const sample = new Float32Array(largestSample);

  /** Rows of at least the floor (for -Infinity: of more), ascending, into `rows`; gives how many. */
  const collect = (floor: number): number => {
    let size = 0;
    if (floor === Number.NEGATIVE_INFINITY) {
      for (let row = 0; row < items.rows; row++) if ((approximate[row] as number) > floor) rows[size++] = row;
    } else {
      for (let row = 0; row < items.rows; row++) if ((approximate[row] as number) >= floor) rows[size++] = row;
    }
    return size;
  };

  const best = (query: Float32Array, size: number, k: number): Matches => {
    const scores = new Float32Array(size);
    for (let i = 0; i < size; i++) scores[i] = dotRow(items, rows[i] as number, query);
    const count = Math.min(k, size);
    const keys = new Float64Array(size);
    // Rows ascend with their positions: of equal scores the lower row is first.
    for (let i = 0; i < size; i++) keys[i] = scoreKey(scores[i] as number, i);
    keys.sort();
    const found: Matches = { rows: new Int32Array(count), scores: new Float32Array(count) };
    for (let i = 0; i < count; i++) {
      const at = rowOfKey(keys[size - 1 - i] as number);
      found.rows[i] = rows[at] as number;
      found.scores[i] = scores[at] as number;
    }
    return found;
  };

  return (query, k, { step, off }) => {
    const sampleSize = Math.min(largestSample, Math.max(256, Math.ceil((bestInSample * items.rows) / k)));
    const stride = Math.max(1, Math.floor(items.rows / sampleSize));
    const sampled = Math.ceil(items.rows / stride);
    // A fifth more than the share of k, and some for the chance in a small sample.
    let wanted = Math.ceil((k / items.rows) * sampled * 1.2) + 6;
    for (;;) {
      const floor = wanted >= sampled / 2 ? Number.NEGATIVE_INFINITY : sampledQuantile(approximate, items.rows, stride, wanted, sample);
      const size = collect(floor);
      const all = floor === Number.NEGATIVE_INFINITY;
      if (size >= k || all) {
        const matches = best(query, size, k);
        if (all || (matches.scores[k - 1] as number) > (floor + off) * step) return matches;
      }
      wanted = 2 * wanted;
    }
  };
}

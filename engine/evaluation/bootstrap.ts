import { createRandom } from '../math/random.ts';
import { finish, type Steps } from '../math/steps.ts';

/** Lowest and highest value that the data make likely. */
export type Interval = [number, number];

export const resamples = 1000;
const level = 0.95;
/** Beyond so many users a resample draws only so many, and its deviation from the mean is scaled to all of them. */
const largestResample = 10_000;

/** The value below which a share of ascending values lies, linear between neighbours (numpy's default). */
export function quantile(ascending: Float64Array, share: number): number {
  const at = (ascending.length - 1) * share;
  const low = Math.floor(at);
  const below = ascending[low] as number;
  return below + (at - low) * ((ascending[Math.min(low + 1, ascending.length - 1)] as number) - below);
}

/** Values side by side, so that a drawn user's lie together, and their means. */
function sideBySide(columns: readonly ArrayLike<number>[], users: number): { rows: Float64Array; means: Float64Array } {
  const width = columns.length;
  const rows = new Float64Array(users * width);
  const means = new Float64Array(width);
  columns.forEach((column, metric) => {
    let sum = 0;
    for (let user = 0; user < users; user++) {
      rows[user * width + metric] = column[user] as number;
      sum += column[user] as number;
    }
    means[metric] = sum / users;
  });
  return { rows, means };
}

/**
 * 95 % percentile bootstrap intervals of means over users (Efron 1979): users are drawn with replacement, 1,000 times, the same for every metric. With more users
 * n than m = `largest`, m are drawn and the deviations shrunk by √(m / n): the m-out-of-n bootstrap (Bickel, Götze & van Zwet 1997).
 * @param columns each metric's values, one a user, without gaps
 */
export function* bootstrapSteps(columns: readonly ArrayLike<number>[], seed: number, largest = largestResample): Steps<Interval[]> {
  const users = columns[0]?.length ?? 0;
  if (users === 0) return columns.map(() => [0, 0]);
  const width = columns.length;
  const { rows, means } = sideBySide(columns, users);
  const drawn = Math.min(users, largest);
  const shrink = Math.sqrt(drawn / users);
  const { fillBits } = createRandom(seed, 'bootstrap');
  const draws = new Uint32Array(drawn);
  // 32 bits are one in a thousand millions off from even chances: no interval shows it, and the draw costs half.
  const scale = users / 4_294_967_296;
  const found = columns.map(() => new Float64Array(resamples));
  const sums = new Float64Array(width);
  for (let resample = 0; resample < resamples; resample++) {
    sums.fill(0);
    fillBits(draws);
    for (let i = 0; i < drawn; i++) {
      const base = Math.trunc((draws[i] as number) * scale) * width;
      for (let metric = 0; metric < width; metric++) sums[metric] = (sums[metric] as number) + (rows[base + metric] as number);
    }
    for (let metric = 0; metric < width; metric++) {
      const mean = means[metric] as number;
      (found[metric] as Float64Array)[resample] = mean + shrink * ((sums[metric] as number) / drawn - mean);
    }
    yield;
  }
  return found.map((values) => {
    values.sort();
    return [quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)];
  });
}

/** The same without a pause. */
export const bootstrapMeans = (columns: readonly ArrayLike<number>[], seed: number, largest = largestResample): Interval[] =>
  finish(bootstrapSteps(columns, seed, largest));

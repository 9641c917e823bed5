import { createRandom } from '../math/random.ts';
import type { Steps } from '../math/steps.ts';
import { bootstrapSteps, type Interval } from './bootstrap.ts';

/** One metric of two models on the same users. */
export interface Paired {
  /** Mean over users of the first minus the second. */
  difference: number;
  /** 95 % bootstrap interval of the difference, over users. */
  interval: Interval;
  /** Two-sided, of a paired randomisation test: how often a difference this large comes about when the models are exchanged at random for each user. */
  p: number;
  /** Users with a higher, a lower and the same value by the first. */
  better: number;
  worse: number;
  same: number;
}

const mostRounds = 10_000;
const leastRounds = 1000;
/** Random signs that a test draws in all; with very many users that is fewer rounds. */
const signBudget = 500_000_000;
/** Users whose signs come from one draw of 32 bits, and from one of its bytes. */
const usersPerDraw = 32;
const usersPerByte = 8;

/** The sums of up to eight values for every choice of their signs: at `choice`, value i counts positive where bit i is set. */
function fillSignedSums(sums: Float64Array, values: Float64Array): void {
  sums.fill(0);
  let choices = 1;
  for (const value of values) {
    for (let choice = 0; choice < choices; choice++) {
      const before = sums[choice] as number;
      sums[choice + choices] = before + value;
      sums[choice] = before - value;
    }
    choices *= 2;
  }
  // Bits that no value stands for change nothing.
  for (; choices < sums.length; choices *= 2) sums.copyWithin(choices, 0, choices);
}

/**
 * Paired randomisation (sign-flip) test (Fisher 1935; Smucker, Allan & Carterette 2007, "A comparison of statistical significance tests for information retrieval
 * evaluation"): p = (1 + rounds in which |Σ ± d| ≥ |Σ d|) / (1 + rounds), with 10,000 rounds, fewer above 50,000 users who differ but at least 1,000.
 *
 * The rounds go on side by side, 32 users at a time: a byte of random bits picks one of the 256 signed sums of eight users, so that a round costs four look-ups
 * and not 32 signs.
 */
export function* randomisationSteps(differences: Float64Array, seed: number): Steps<number> {
  const moved = differences.filter((value) => value !== 0);
  if (moved.length === 0) return 1;
  const rounds = Math.min(mostRounds, Math.max(leastRounds, Math.floor(signBudget / moved.length)));
  const total = Math.abs(moved.reduce((sum, value) => sum + value, 0));
  // Sums of the same numbers in another order differ in the last bits.
  const enough = total - 1e-9 * moved.reduce((sum, value) => sum + Math.abs(value), 0);
  const { fillBits } = createRandom(seed, 'randomisation');
  const draws = new Uint32Array(rounds);
  const [a, b, c, d] = [0, 1, 2, 3].map(() => new Float64Array(2 ** usersPerByte)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const sums = new Float64Array(rounds);
  for (let begin = 0; begin < moved.length; begin += usersPerDraw) {
    [a, b, c, d].forEach((table, at) => {
      fillSignedSums(table, moved.subarray(begin + at * usersPerByte, Math.min(begin + (at + 1) * usersPerByte, begin + usersPerDraw)));
    });
    fillBits(draws);
    for (let round = 0; round < rounds; round++) {
      const signs = draws[round] as number;
      sums[round] =
        (sums[round] as number) +
        ((a[signs & 255] as number) +
          (b[(signs >>> 8) & 255] as number) +
          (c[(signs >>> 16) & 255] as number) +
          (d[signs >>> 24] as number));
    }
    yield;
  }
  const reached = sums.reduce((count, sum) => count + (Math.abs(sum) >= enough ? 1 : 0), 0);
  return (1 + reached) / (1 + rounds);
}

/** Each metric's intervals, by the same draws of users where all metrics have a value of all of them. */
function* intervalsSteps(columns: readonly Float64Array[], seed: number): Steps<Interval[]> {
  if (columns.every(({ length }) => length === columns[0]?.length)) return yield* bootstrapSteps(columns, seed);
  const intervals: Interval[] = [];
  for (const column of columns) intervals.push(...(yield* bootstrapSteps([column], seed)));
  return intervals;
}

/** Compares per-user values of two models, metric by metric; users whose value is NaN for either are left out of that metric. */
export function* comparePairedSteps(
  metrics: readonly { first: ArrayLike<number>; second: ArrayLike<number> }[],
  seed: number,
): Steps<Paired[]> {
  const columns: Float64Array[] = [];
  for (const { first, second } of metrics) {
    columns.push(Float64Array.from(first, (value, user) => value - (second[user] as number)).filter((value) => !Number.isNaN(value)));
    yield;
  }
  const intervals = yield* intervalsSteps(columns, seed);
  const compared: Paired[] = [];
  for (const [at, differences] of columns.entries()) {
    let [sum, better, worse] = [0, 0, 0];
    for (const value of differences) {
      sum += value;
      if (value > 0) better++;
      else if (value < 0) worse++;
    }
    const same = differences.length - better - worse;
    const difference = differences.length === 0 ? 0 : sum / differences.length;
    compared.push({
      difference,
      interval: intervals[at] as Interval,
      p: yield* randomisationSteps(differences, seed),
      better,
      worse,
      same,
    });
  }
  return compared;
}

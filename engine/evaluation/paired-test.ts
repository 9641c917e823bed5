import { createRandom } from '../math/random.ts';
import { bootstrapMeans, type Interval } from './bootstrap.ts';

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

/** Random signs that a test draws in all; with many users that is fewer rounds. */
const signBudget = 200_000_000;

/**
 * Paired randomisation (sign-flip) test (Fisher 1935; Smucker, Allan & Carterette 2007, "A comparison of statistical significance tests for information retrieval
 * evaluation"): p = (1 + rounds in which |Σ ± d| ≥ |Σ d|) / (1 + rounds), with 10,000 rounds, fewer above 20,000 users who differ but at least 1,000.
 */
export function randomisationP(differences: Float64Array, seed: number): number {
  const moved = differences.filter((value) => value !== 0);
  if (moved.length === 0) return 1;
  const rounds = Math.min(10_000, Math.max(1000, Math.floor(signBudget / moved.length)));
  const total = Math.abs(moved.reduce((sum, value) => sum + value, 0));
  // Sums of the same numbers in another order differ in the last bits.
  const enough = total - 1e-9 * moved.reduce((sum, value) => sum + Math.abs(value), 0);
  const random = createRandom(seed, 'randomisation');
  let reached = 0;
  for (let round = 0; round < rounds; round++) {
    let sum = 0;
    let bits = 0;
    for (let i = 0; i < moved.length; i++) {
      if ((i & 31) === 0) bits = random.integer(4_294_967_296) | 0;
      sum += bits & 1 ? (moved[i] as number) : -(moved[i] as number);
      bits >>>= 1;
    }
    if (Math.abs(sum) >= enough) reached++;
  }
  return (1 + reached) / (1 + rounds);
}

/** Compares per-user values of two models; users whose value is NaN for either are left out. */
export function comparePaired(first: ArrayLike<number>, second: ArrayLike<number>, seed: number): Paired {
  const differences = Float64Array.from(first, (value, user) => value - (second[user] as number)).filter((value) => !Number.isNaN(value));
  const [interval] = bootstrapMeans([differences], seed);
  const better = differences.filter((value) => value > 0).length;
  const worse = differences.filter((value) => value < 0).length;
  return {
    difference: differences.length === 0 ? 0 : differences.reduce((sum, value) => sum + value, 0) / differences.length,
    interval: interval ?? [0, 0],
    p: randomisationP(differences, seed),
    better,
    worse,
    same: differences.length - better - worse,
  };
}

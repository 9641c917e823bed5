import type { Matrix } from '../math/arrays.ts';
import { selectTopK } from '../math/top-k.ts';

/**
 * Joins what several models say of the same users, in place of choosing one. Items that a user has had already stand outside: the other items alone give
 * mean, spread, least, most and rank.
 *
 *   standard          fused(i) = Σ over models m of w_m · (s_m(i) − mean of s_m) / (standard deviation of s_m)
 *   min-max           fused(i) = Σ over models m of w_m · (s_m(i) − least of s_m) / (most of s_m − least of s_m)
 *   reciprocal-rank   fused(i) = Σ over models m of w_m / (rankConstant + rank of i among s_m)              Cormack, Clarke, Büttcher 2009
 */
export const fusionMethods = ['standard', 'min-max', 'reciprocal-rank'] as const;
export type FusionMethod = (typeof fusionMethods)[number];

export interface Fusion {
  method: FusionMethod;
  /** One a model; only their proportions matter. */
  weights: readonly number[];
  rankConstant: number;
}

/** So many items of each model have a rank; the others count as never found, as in a fusion of result lists. */
const rankedItems = 1000;

function addScaled(into: Float32Array, scores: Float32Array, weight: number, shift: number, spread: number): void {
  const factor = spread > 0 ? weight / spread : 0;
  for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) + factor * ((scores[i] as number) - shift);
}

function addStandard(into: Float32Array, scores: Float32Array, had: Uint8Array, weight: number): void {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < scores.length; i++) if (had[i] === 0) sum += scores[i] as number;
  for (const mark of had) count += 1 - mark;
  const mean = sum / Math.max(count, 1);
  for (let i = 0; i < scores.length; i++) if (had[i] === 0) squares += ((scores[i] as number) - mean) ** 2;
  addScaled(into, scores, weight, mean, Math.sqrt(squares / Math.max(count, 1)));
}

function addMinMax(into: Float32Array, scores: Float32Array, had: Uint8Array, weight: number): void {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) {
    if (had[i] !== 0) continue;
    least = Math.min(least, scores[i] as number);
    most = Math.max(most, scores[i] as number);
  }
  if (most > least) addScaled(into, scores, weight, least, most - least);
}

function addReciprocalRanks(into: Float32Array, scores: Float32Array, had: Uint8Array, weight: number, rankConstant: number): void {
  const k = Math.min(rankedItems, scores.length);
  const rows = new Int32Array(k);
  const open = scores.map((score, i) => (had[i] === 0 ? score : Number.NEGATIVE_INFINITY));
  const count = selectTopK(open, 0, open.length, k, rows, new Float32Array(k), 0);
  for (let rank = 0; rank < count; rank++) {
    const item = rows[rank] as number;
    into[item] = (into[item] as number) + weight / (rankConstant + rank + 1);
  }
}

/**
 * One user's fused scores.
 * @param scores one array a model, all of the same length
 * @param history rows of the items that the user had
 */
export function fuseUser(scores: readonly Float32Array[], history: Int32Array, { method, weights, rankConstant }: Fusion): Float32Array {
  const fused = new Float32Array(scores[0]?.length ?? 0);
  const had = new Uint8Array(fused.length);
  for (const item of history) had[item] = 1;
  scores.forEach((own, m) => {
    const weight = weights[m] ?? 1;
    if (weight === 0) return;
    if (method === 'reciprocal-rank') addReciprocalRanks(fused, own, had, weight, rankConstant);
    else if (method === 'min-max') addMinMax(fused, own, had, weight);
    else addStandard(fused, own, had, weight);
  });
  return fused;
}

/**
 * Fused scores of many users: users × items.
 * @param historyOf item rows that the user at a position of the matrices had
 */
export function fuse(scores: readonly Matrix[], historyOf: (at: number) => Int32Array, fusion: Fusion): Matrix {
  const { rows, columns } = scores[0] ?? { rows: 0, columns: 0 };
  const data = new Float32Array(rows * columns);
  for (let at = 0; at < rows; at++) {
    const own = scores.map((matrix) => matrix.data.subarray(at * columns, (at + 1) * columns));
    data.set(fuseUser(own, historyOf(at), fusion), at * columns);
  }
  return { rows, columns, data };
}

/** How far the weights of two models may lie apart: four steps. */
const largestWeight = 81;

/** Weights one step from these: each model three times as much against the others, and of more than two a third as much. Smallest whole numbers. */
export function weightsBeside(weights: readonly number[]): number[][] {
  const steps = weights.flatMap((_, one) => {
    const more = weights.map((weight, m) => (m === one ? 3 * weight : weight));
    const less = weights.map((weight, m) => (m === one ? weight : 3 * weight));
    return weights.length > 2 ? [more, less] : [more];
  });
  return steps
    .map((step) => (step.every((weight) => weight % 3 === 0) ? step.map((weight) => weight / 3) : step))
    .filter((step) => Math.max(...step) <= largestWeight);
}

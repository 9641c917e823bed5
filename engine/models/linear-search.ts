import type { Round } from './choose-by-validation.ts';

/** A setting of the normalised linear model; the ridge as a share of the largest eigenvalue. */
export type LinearSetting = { itemExponent: number; ridge: number; recency: number };

/** Where a search begins: good on most data. */
export const firstSetting: LinearSetting = { itemExponent: 0.25, ridge: 0.03, recency: 0 };

const otherRidges = [0.003, 0.01, 0.1, 0.3, 1];
/** The same by how much they tell where there is no time for all: the best ridge of sparse data lies far above the first, that of dense data near it. */
const tellingRidges = [1, 0.1, 0.3, 0.01];
const otherExponents = [0, 0.5];
/** Two ridges beside each other. */
const step = 3;

/** Floating-point operations that a search may take, about a minute on two cores. */
const searchOperations = 1.2e13;

/** How many matrices of this size may be inverted to find out which is the best; at least one. */
export const affordableTrials = (size: number): number => Math.max(1, Math.floor(searchOperations / Math.max(1, size) ** 3));

/** Bytes that it takes to invert a matrix of this size and to keep the result: three of it, and the best so far where there is a search. */
export const inverseBytes = (size: number, searches: boolean): number => (searches ? 4 : 3) * size * size * 4;

/**
 * First the ridge, then the other exponents with that ridge and its two neighbours, as an exponent changes the eigenvalues. Where there is no time for all ridges,
 * fewer are tried, and one beside the first always: no ridge serves dense and sparse data. The exponents are left out where there is no time for all of theirs.
 * What is given is not searched.
 */
export function linearRounds(open: { itemExponent: boolean; ridge: boolean }, trials: number): Round<LinearSetting>[] {
  const tried = trials > otherRidges.length ? otherRidges : tellingRidges.slice(0, Math.max(1, trials - 1));
  const ridges: Round<LinearSetting> = (best) => tried.map((ridge) => ({ ...best, ridge }));
  const exponents: Round<LinearSetting> = (best) =>
    otherExponents.flatMap((itemExponent) =>
      (open.ridge ? [1, 1 / step, step] : [1]).map((factor) => ({
        ...best,
        itemExponent,
        ridge: Number((best.ridge * factor).toPrecision(2)),
      })),
    );
  const left = trials - 1 - (open.ridge ? tried.length : 0);
  const searchesExponents = open.itemExponent && exponents(firstSetting).length <= left;
  return [...(open.ridge ? [ridges] : []), ...(searchesExponents ? [exponents] : [])];
}

import { z } from 'zod';
import type { NamedArrays, SparseMatrix } from '../math/arrays.ts';
import { lastOfEach } from '../math/last-of-each.ts';
import { findCell } from '../math/sparse.ts';
import type { FittedModel, TrainingSet } from './model.ts';
import { namedPattern, namedSparse, type Pattern, patternFrom, patternOf, sparseOf } from './sparse-rows.ts';

/**
 * How much what a user has counts by how long ago it was, in items and not in days (as the decay of session-based neighbours: Ludewig, Jannach 2018):
 *
 *   weight of an item = 2^(−age / recency),   age: how many of the user's items came after it
 *
 * A recency of 0 counts all alike.
 */
export const recencyParam = z
  .number()
  .min(-1)
  .max(100_000)
  .default(-1)
  .refine((value) => value === -1 || value >= 0, 'it must be −1, or 0 and more')
  .describe(
    'How many later items halve what an earlier item of the same user counts: few follow the latest taste. 0 counts all alike, as does data without times. −1 lets validation choose between 0 and 100 down to 2.',
  );

/** What validation is left to choose beside 0, from the longest on, as long as that is better. */
export const recencies = [100, 30, 10, 5, 3, 2] as const;

/** What each user has, and how much of it counts. */
export interface Histories {
  /** Users × items. */
  cells: Pattern | SparseMatrix;
  recency: number;
}

/** A fitted model that scores by other histories as well; both share what was learned, and `dispose` of either ends both. */
export interface Recounted {
  counting(histories: Histories): FittedModel & Recounted;
}

export const weightOfAge = (age: number, recency: number): number => (recency > 0 ? 2 ** (-age / recency) : 1);

/** How many of the user's items came after, of each cell of the matrix; null where nothing has a time. An item counts from when it was had last. */
export function agesOf({ interactions, matrix }: Pick<TrainingSet, 'interactions' | 'matrix'>): Int32Array | null {
  const { users, items, timestamps } = interactions;
  if (!timestamps.some(Number.isFinite)) return null;
  const ages = new Int32Array(matrix.indices.length).fill(-1);
  const later = new Int32Array(matrix.rows);
  for (let at = users.length - 1; at >= 0; at--) {
    const user = users[at] as number;
    const cell = findCell(matrix, user, items[at] as number);
    if (ages[cell] === -1) {
      ages[cell] = later[user] as number;
      later[user] = (later[user] as number) + 1;
    }
  }
  return ages;
}

/** An age below `count`, as often as an item of that age counts, from a uniform number of [0, 1): a geometric distribution, cut off. */
export function ageDrawnBy(uniform: number, count: number, recency: number): number {
  if (recency === 0) return Math.floor(uniform * count);
  const left = 2 ** (-1 / recency);
  return Math.min(count - 1, Math.floor(Math.log(1 - uniform * (1 - left ** count)) / Math.log(left)));
}

/** The ages of some rows of the matrix, as `pickRows` has them. */
export function pickAges(ages: Int32Array, { indptr }: SparseMatrix, rows: Int32Array): Int32Array {
  const parts = Array.from(rows, (row) => ages.subarray(indptr[row], indptr[row + 1]));
  const picked = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    picked.set(part, at);
    at += part.length;
  }
  return picked;
}

/** Every user's items, each counting by its age; all alike where nothing has an age. */
export function historiesBy(matrix: SparseMatrix, ages: Int32Array | null, recency: number): Histories {
  const pattern = patternFrom(matrix);
  if (recency === 0 || ages === null) return { cells: pattern, recency: 0 };
  return { cells: { ...pattern, values: Float32Array.from(ages, (age) => weightOfAge(age, recency)) }, recency };
}

/** Each of these items once, in the order of when it was last had, and how much it counts. */
export function weighed(itemRows: Int32Array, recency: number): [item: number, weight: number][] {
  const items = lastOfEach(itemRows);
  return items.map((item, at): [number, number] => [item, weightOfAge(items.length - 1 - at, recency)]);
}

/** One row of a user who has these items, oldest first. */
export function historyRow(itemRows: Int32Array, itemCount: number, recency: number): SparseMatrix {
  const cells = weighed(itemRows, recency).sort(([a], [b]) => a - b);
  return {
    rows: 1,
    columns: itemCount,
    indptr: Int32Array.of(0, cells.length),
    indices: Int32Array.from(cells, ([item]) => item),
    values: Float32Array.from(cells, ([, weight]) => weight),
  };
}

export function namedHistories({ cells, recency }: Histories): NamedArrays {
  if (!cells.values) return namedPattern('history', cells);
  return { ...namedSparse('history', cells), 'history.recency': { shape: [1], data: Float64Array.of(recency) } };
}

/** Histories as a model saved them. Throws `bad_data` that names an array that is missing. */
export function historiesOf(arrays: NamedArrays): Histories {
  const recency = (arrays['history.recency']?.data[0] as number | undefined) ?? 0;
  return { cells: recency > 0 ? sparseOf(arrays, 'history') : patternOf(arrays, 'history'), recency };
}

/** What leaves the recency to validation: a round that tries the others on what was fitted. */
export const recencyRound =
  <S extends { recency: number }>(open: boolean) =>
  (best: S): S[] =>
    open ? recencies.map((recency) => ({ ...best, recency })) : [];

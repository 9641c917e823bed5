import type { EntityFeatures, Matrix, SparseMatrix } from '../math/arrays.ts';
import { bootstrapMeans, type Interval } from './bootstrap.ts';
import type { Catalogue } from './catalogue.ts';
import type { HeldOut } from './held-out.ts';
import { assertNoLeak } from './leakage.ts';
import { listMetrics } from './metrics.ts';
import { createSelector, usersPerBlock } from './select.ts';
import { createSlices, type Slice } from './slices.ts';
import { createTally, type Measured } from './tally.ts';

export interface EvaluateInput {
  /** Scores of every item for some users: users × items. May be overwritten by the evaluator. */
  score(userRows: Int32Array): Matrix;
  /** What the model trained on: checked for leaks, and left out of every list. */
  train: SparseMatrix;
  heldOut: HeldOut;
  /** How the held-out set is called in an error: test, validation. */
  name?: string;
  ks: readonly number[];
  /** Of the same training set; where it is given, metrics beyond accuracy are taken too. */
  catalogue?: Catalogue;
  /** Told of each user's list. */
  onList?(list: Int32Array, relevant: ReadonlySet<number>, userRow: number): void;
  /** Called after each block of users; a place to report and to stop. */
  onBlock?(done: number, total: number): Promise<void>;
}

/**
 * Ranks the full catalogue for each held-out user, without the training items, and measures the lists (see `metrics.ts`). Equal scores: the lower item row
 * first. Throws `bad_data` where a held-out pair is in training.
 */
export async function evaluateTopK(input: EvaluateInput): Promise<Measured> {
  const { score, train, heldOut, name = 'test', ks, catalogue = null, onList, onBlock } = input;
  assertNoLeak(train, heldOut, name);
  const itemCount = train.columns;
  const k = Math.min(Math.max(...ks), Math.max(itemCount, 1));
  const total = heldOut.users.length;
  const tally = createTally({ ks, itemCount, users: total, catalogue });
  const selector = createSelector({ seen: train, k, users: total });
  const block = usersPerBlock(itemCount);
  const count = (begin: number, users: Int32Array, lists: Int32Array): void => {
    for (let i = 0; i < users.length; i++) {
      const list = lists.subarray(i * k, (i + 1) * k);
      const relevant = new Set(heldOut.items.subarray(heldOut.offsets[begin + i], heldOut.offsets[begin + i + 1]));
      tally.add(list, relevant, users[i] as number);
      onList?.(list, relevant, users[i] as number);
    }
  };
  // Threads select from one block while the next is scored.
  let selecting: { begin: number; users: Int32Array; lists: Promise<Int32Array> } | null = null;
  try {
    for (let begin = 0; begin < total; begin += block) {
      const users = heldOut.users.subarray(begin, Math.min(begin + block, total));
      const scores = score(users);
      const before: typeof selecting = selecting;
      const lists = await before?.lists;
      selecting = { begin, users, lists: selector.select(scores, users) };
      if (before && lists) count(before.begin, before.users, lists);
      await onBlock?.(begin + users.length, total);
    }
    if (selecting) count(selecting.begin, selecting.users, await selecting.lists);
  } finally {
    await selecting?.lists.catch(() => undefined);
    await selector.dispose();
  }
  return tally.result();
}

/** What belongs to the metrics of one run: how sure they are, and for whom they hold. */
export interface Evaluation extends Measured {
  /** 95 % bootstrap intervals of the metrics of accuracy. */
  intervals: Record<string, Interval>;
  slices: Slice[];
}

/** True of metrics that say how right the lists are: every user has a value of them. */
export const isAccuracy = (metric: string): boolean => listMetrics.some(({ name }) => metric.startsWith(`${name}@`));

/** 95 % intervals of those of the metrics that say how right the lists are. */
export function accuracyIntervals({ values }: Measured, seed: number): Record<string, Interval> {
  const names = Object.keys(values).filter(isAccuracy);
  const intervals = bootstrapMeans(
    names.map((name) => values[name] as Float32Array),
    seed,
  );
  return Object.fromEntries(names.map((name, at) => [name, intervals[at] as Interval]));
}

/** All that is known of a model's lists: metrics with intervals, also over slices of users and items (at the first k). */
export async function evaluateWhole(
  input: EvaluateInput & { catalogue: Catalogue; seed: number; userFeatures: EntityFeatures; itemFeatures: EntityFeatures },
): Promise<Evaluation> {
  const slices = createSlices({ ...input, k: input.ks[0] as number });
  const measured = await evaluateTopK({ ...input, onList: slices.add });
  return { ...measured, intervals: accuracyIntervals(measured, input.seed), slices: slices.result() };
}

import type { Matrix, SparseMatrix } from '../math/arrays.ts';
import { selectTopK } from '../math/top-k.ts';
import { assertNoLeak, type HeldOut } from './held-out.ts';
import { createTally } from './metrics.ts';

export interface Evaluation {
  metrics: Record<string, number>;
  /** Standard errors of the metrics that are means over users. */
  errors: Record<string, number>;
  users: number;
}

export interface EvaluateInput {
  /** Scores of every item for some users: users × items. May be overwritten by the evaluator. */
  score(userRows: Int32Array): Matrix;
  /** What the model trained on: checked for leaks, and left out of every list. */
  train: SparseMatrix;
  heldOut: HeldOut;
  /** How the held-out set is called in an error: test, validation. */
  name?: string;
  ks: readonly number[];
  /** Called after each block of users; a place to report and to stop. */
  onBlock?(done: number, total: number): Promise<void>;
}

/** Scores held at a time: 32 MB. */
const blockCells = 8_000_000;

/** How many users fit a block of scores. */
export const usersPerBlock = (itemCount: number): number => Math.max(1, Math.min(4096, Math.floor(blockCells / Math.max(itemCount, 1))));

/** Puts -Infinity where a user has the item already, so that no list shows it. */
export function maskSeen(scores: Matrix, userRows: Int32Array, seen: SparseMatrix): void {
  for (let i = 0; i < userRows.length; i++) {
    const user = userRows[i] as number;
    const base = i * scores.columns;
    for (let at = seen.indptr[user] as number; at < (seen.indptr[user + 1] as number); at++) {
      scores.data[base + (seen.indices[at] as number)] = Number.NEGATIVE_INFINITY;
    }
  }
}

/**
 * Ranks the full catalogue for each held-out user, without the training items, and measures the lists (see `metrics.ts`). Equal scores: the lower item row
 * first. Throws `bad_data` where a held-out pair is in training.
 */
export async function evaluateTopK({ score, train, heldOut, name = 'test', ks, onBlock }: EvaluateInput): Promise<Evaluation> {
  assertNoLeak(train, heldOut, name);
  const itemCount = train.columns;
  const longest = Math.min(Math.max(...ks), Math.max(itemCount, 1));
  const tally = createTally(ks, itemCount);
  const list = new Int32Array(longest);
  const best = new Float32Array(longest);
  const total = heldOut.users.length;
  const block = usersPerBlock(itemCount);
  for (let begin = 0; begin < total; begin += block) {
    const users = heldOut.users.subarray(begin, Math.min(begin + block, total));
    const scores = score(users);
    maskSeen(scores, users, train);
    for (let i = 0; i < users.length; i++) {
      selectTopK(scores.data, i * itemCount, itemCount, longest, list, best, 0);
      const relevant = heldOut.items.subarray(heldOut.offsets[begin + i], heldOut.offsets[begin + i + 1]);
      tally.add(list, new Set(relevant));
    }
    await onBlock?.(begin + users.length, total);
  }
  return tally.result();
}

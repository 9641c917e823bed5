import type { Matrix, SparseMatrix } from '../math/arrays.ts';
import { plainSelector } from './select.ts';

const warmUp = 3;
const asked = 51;
/** A slow model is asked fewer times. */
const enoughMs = 1000;

/**
 * Median milliseconds from one user's row to their list of k: scores of the whole catalogue, training items left out, selection. One user at a time, one after the
 * other; at most 51 of them, and about a second.
 */
export async function medianLatency(
  score: (userRows: Int32Array) => Matrix,
  train: SparseMatrix,
  users: Int32Array,
  k: number,
): Promise<number> {
  const selector = plainSelector({ seen: train, k });
  const spent: number[] = [];
  const started = performance.now();
  for (let turn = 0; turn < warmUp + asked && performance.now() - started < enoughMs; turn++) {
    const user = Int32Array.of(users[Math.floor((turn / (warmUp + asked)) * users.length)] as number);
    const begun = performance.now();
    await selector.select(score(user), user);
    spent.push(performance.now() - begun);
  }
  // The first ones are slower than any that follow, where there are others to tell by.
  const settled = (spent.length > 2 * warmUp ? spent.slice(warmUp) : spent).sort((a, b) => a - b);
  return settled[Math.floor(settled.length / 2)] ?? 0;
}

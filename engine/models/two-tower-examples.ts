import { EngineError } from '#contract/errors';
import type { TrainingSet } from './model.ts';

/** What each user met, in the order of time, each item once: those of user u are `items[offsets[u] .. offsets[u + 1])`. */
export interface Histories {
  offsets: Int32Array;
  items: Int32Array;
  /** How much each counts: the weights of all the user's interactions with the item, added up. */
  weights: Float32Array;
}

/** Histories by the first meeting with each item. Interactions come in the order of time. */
export function createHistories({
  userCount,
  interactions,
  matrix: { indptr, indices, values },
}: Pick<TrainingSet, 'userCount' | 'interactions' | 'matrix'>): Histories {
  const items = new Int32Array(indices.length);
  const weights = new Float32Array(indices.length);
  const next = indptr.slice(0, userCount);
  const met = new Uint8Array(indices.length);
  for (let at = 0; at < interactions.users.length; at++) {
    const user = interactions.users[at] as number;
    const item = interactions.items[at] as number;
    // The pair's cell, by bisection: the columns of a row are ascending.
    let low = indptr[user] as number;
    let high = indptr[user + 1] as number;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((indices[middle] as number) < item) low = middle + 1;
      else high = middle;
    }
    if (met[low] === 1) continue;
    met[low] = 1;
    const slot = next[user] as number;
    next[user] = slot + 1;
    items[slot] = item;
    weights[slot] = values[low] as number;
  }
  return { offsets: indptr, items, weights };
}

/**
 * The recent items of an example: those that its user met before its item, at most `count`, the newest last. Each item is in a history once, so the
 * example's own item is never among them, and nothing later is.
 */
export function recentBefore(histories: Histories, user: number, position: number, count: number): number {
  return Math.max(histories.offsets[user] as number, position - count);
}

/** Throws `bad_data` where an item is twice in a history: the user tower of the second would see the item that it is to predict. */
export function assertTargetsUnseen({ offsets, items }: Histories, itemCount: number): void {
  const lastUser = new Int32Array(itemCount).fill(-1);
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let at = offsets[user] as number; at < (offsets[user + 1] as number); at++) {
      const item = items[at] as number;
      if (lastUser[item] === user)
        throw new EngineError(
          'bad_data',
          `Leakage: the history of user row ${user} has item row ${item} twice, so the user tower would see the item that it is to predict. Histories take a user's first meeting with each item.`,
          { user, item },
        );
      lastUser[item] = user;
    }
  }
}

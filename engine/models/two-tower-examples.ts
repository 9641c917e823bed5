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
  itemCount,
  interactions,
  matrix,
}: Pick<TrainingSet, 'userCount' | 'itemCount' | 'interactions' | 'matrix'>): Histories {
  const offsets = matrix.indptr;
  const items = new Int32Array(matrix.indices.length);
  const weights = new Float32Array(matrix.indices.length);
  const next = offsets.slice(0, userCount);
  const slots = new Map<number, number>();
  for (let at = 0; at < interactions.users.length; at++) {
    const user = interactions.users[at] as number;
    const item = interactions.items[at] as number;
    const pair = user * itemCount + item;
    let slot = slots.get(pair);
    if (slot === undefined) {
      slot = next[user] as number;
      next[user] = slot + 1;
      slots.set(pair, slot);
      items[slot] = item;
    }
    weights[slot] = (weights[slot] as number) + (interactions.weights[at] as number);
  }
  return { offsets, items, weights };
}

/**
 * The recent items of an example: those that its user met before its item, at most `count`, the newest last. Each item is in a history once, so the
 * example's own item is never among them, and nothing later is.
 */
export function recentBefore(histories: Histories, user: number, position: number, count: number): number {
  return Math.max(histories.offsets[user] as number, position - count);
}

import type { Random } from '../math/random.ts';
import type { Histories } from './two-tower-examples.ts';

/** A stretch of one user's history: the items `from .. to` of all histories are to be predicted, each from the items before it. */
export interface Stretch {
  user: number;
  from: number;
  to: number;
}

/**
 * All histories as stretches of at most `maxLength` items. A longer history is cut at places that are drawn anew, so that over the epochs each item is
 * predicted from contexts of all lengths.
 */
export function cutHistories({ offsets }: Histories, maxLength: number, random: Random): Stretch[] {
  const stretches: Stretch[] = [];
  for (let user = 0; user + 1 < offsets.length; user++) {
    const [begin, end] = [offsets[user] as number, offsets[user + 1] as number];
    let from = begin;
    let to = end - begin > maxLength ? begin + 1 + random.integer(maxLength) : end;
    while (from < end) {
      stretches.push({ user, from, to });
      from = to;
      to = Math.min(from + maxLength, end);
    }
  }
  return stretches;
}

/** Batches of stretches of about one length, each of at most `rows` items after the shorter ones are filled up; in a drawn order. */
export function batchesOf(stretches: Stretch[], rows: number, random: Random): Stretch[][] {
  const order = Int32Array.from(stretches, (_, i) => i);
  random.shuffle(order);
  const lengthOf = ({ from, to }: Stretch): number => to - from;
  const sorted = Array.from(order, (at) => stretches[at] as Stretch).sort((a, b) => lengthOf(a) - lengthOf(b));
  const batches: Stretch[][] = [];
  let batch: Stretch[] = [];
  for (const stretch of sorted) {
    if (batch.length > 0 && (batch.length + 1) * lengthOf(stretch) > rows) {
      batches.push(batch);
      batch = [];
    }
    batch.push(stretch);
  }
  if (batch.length > 0) batches.push(batch);
  const turns = Int32Array.from(batches, (_, i) => i);
  random.shuffle(turns);
  return Array.from(turns, (at) => batches[at] as Stretch[]);
}

/** What a user is known by: the stretch up to an item that is yet to come. */
export function untilNow({ offsets }: Histories, user: number, maxLength: number): Stretch {
  const [begin, end] = [offsets[user] as number, offsets[user + 1] as number];
  return { user, from: Math.max(begin, end + 1 - maxLength), to: end + 1 };
}

import type { Interactions } from '../math/arrays.ts';
import { buildSparseMatrix, hasCell, toSparseMatrix } from '../math/sparse.ts';

/** Held-out items by user: those of `users[i]` are `items[offsets[i] .. offsets[i + 1])`, ascending. User rows ascending. */
export interface HeldOut {
  users: Int32Array;
  offsets: Int32Array;
  items: Int32Array;
}

/** Positions of each user's interactions, in their order: those of user u are `positions[offsets[u] .. offsets[u + 1])`. */
export function groupByUser(users: Int32Array, userCount: number): { offsets: Int32Array; positions: Int32Array } {
  const offsets = new Int32Array(userCount + 1);
  for (const user of users) offsets[user + 1] = (offsets[user + 1] as number) + 1;
  for (let i = 0; i < userCount; i++) offsets[i + 1] = (offsets[i + 1] as number) + (offsets[i] as number);
  const next = offsets.slice(0, userCount);
  const positions = new Int32Array(users.length);
  for (let at = 0; at < users.length; at++) {
    const user = users[at] as number;
    const slot = next[user] as number;
    positions[slot] = at;
    next[user] = slot + 1;
  }
  return { offsets, positions };
}

/** The interactions at these positions, in this order. */
export function pickInteractions(from: Interactions, positions: ArrayLike<number>): Interactions {
  const count = positions.length;
  const picked: Interactions = {
    users: new Int32Array(count),
    items: new Int32Array(count),
    weights: new Float32Array(count),
    timestamps: new Float64Array(count),
  };
  for (let i = 0; i < count; i++) {
    const at = positions[i] as number;
    picked.users[i] = from.users[at] as number;
    picked.items[i] = from.items[at] as number;
    picked.weights[i] = from.weights[at] as number;
    picked.timestamps[i] = from.timestamps[at] as number;
  }
  return picked;
}

/** One more than the highest row. */
const countOf = (rows: Int32Array): number => rows.reduce((highest, row) => Math.max(highest, row), -1) + 1;

/**
 * A test set of pairs: once each, without those in training, without users that training does not know; what was left out is counted. `repeats` are rows whose pair
 * is in training (`inTraining` of them) or came before.
 */
export function heldOutFromPairs(
  users: Int32Array,
  items: Int32Array,
  train: Interactions,
  userCount: number,
): { test: HeldOut; unknownUsers: number; repeats: number; inTraining: number } {
  const itemCount = Math.max(countOf(train.items), countOf(items));
  const known = toSparseMatrix(train, userCount, itemCount);
  const pairs = buildSparseMatrix(userCount, itemCount, users, items);
  const testUsers: number[] = [];
  const offsets: number[] = [0];
  const kept: number[] = [];
  let unknownUsers = 0;
  let unknownPairs = 0;
  let inTraining = 0;
  for (let user = 0; user < userCount; user++) {
    const own = pairs.indices.subarray(pairs.indptr[user], pairs.indptr[user + 1]);
    if (own.length === 0) continue;
    if (known.indptr[user] === known.indptr[user + 1]) {
      unknownUsers++;
      for (let i = pairs.indptr[user] as number; i < (pairs.indptr[user + 1] as number); i++) unknownPairs += pairs.values[i] as number;
      continue;
    }
    own.forEach((item, i) => {
      if (hasCell(known, user, item)) inTraining += pairs.values[(pairs.indptr[user] as number) + i] as number;
      else kept.push(item);
    });
    if (kept.length === offsets[offsets.length - 1]) continue;
    testUsers.push(user);
    offsets.push(kept.length);
  }
  const test = { users: Int32Array.from(testUsers), offsets: Int32Array.from(offsets), items: Int32Array.from(kept) };
  return { test, unknownUsers, repeats: users.length - unknownPairs - kept.length, inTraining };
}

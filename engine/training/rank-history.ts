import type { Interactions } from '../math/arrays.ts';

/** Who met which item when, by position in the interactions: what is asked while negatives are drawn. */
export interface RankHistory {
  /** Position of the first interaction of the pair, or -1. */
  firstOfPair(user: number, item: number): number;
  /** Position of the item's first interaction, or -1. */
  firstOfItem(item: number): number;
  /** Items in the order in which they first appeared: those known before position p are the first `itemsBefore(p)`. */
  itemsByAppearance: Int32Array;
  itemsBefore(position: number): number;
  /** Where the interactions of the same second begin and end (without): rows of one second do not see each other. */
  secondStart: Int32Array;
  secondEnd: Int32Array;
}

/** Bounds of runs of the same second; an interaction without a time is a run of its own. */
function secondsOf(timestamps: Float64Array): { secondStart: Int32Array; secondEnd: Int32Array } {
  const count = timestamps.length;
  const secondStart = new Int32Array(count);
  const secondEnd = new Int32Array(count);
  for (let start = 0, end = 0; start < count; start = end) {
    const second = Math.floor((timestamps[start] as number) / 1000);
    for (end = start + 1; end < count && Math.floor((timestamps[end] as number) / 1000) === second; ) end++;
    secondStart.fill(start, start, end);
    secondEnd.fill(end, start, end);
  }
  return { secondStart, secondEnd };
}

/** Index of the interactions, in typed arrays throughout: ten million of them fit. */
export function createRankHistory({ users, items, timestamps }: Interactions, userCount: number, itemCount: number): RankHistory {
  const starts = new Int32Array(userCount + 1);
  for (const user of users) starts[user + 1] = (starts[user + 1] as number) + 1;
  for (let user = 0; user < userCount; user++) starts[user + 1] = (starts[user + 1] as number) + (starts[user] as number);
  // Positions by user, then by item; positions of one pair stay in order.
  const positions = new Int32Array(users.length);
  const next = starts.slice(0, userCount);
  for (let i = 0; i < users.length; i++) {
    const user = users[i] as number;
    positions[next[user] as number] = i;
    next[user] = (next[user] as number) + 1;
  }
  const byItem = (a: number, b: number): number => (items[a] as number) - (items[b] as number) || a - b;
  for (let user = 0; user < userCount; user++) positions.subarray(starts[user], starts[user + 1]).sort(byItem);

  const firstPositions = new Int32Array(itemCount).fill(-1);
  const appeared: number[] = [];
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as number;
    if ((firstPositions[item] as number) >= 0) continue;
    firstPositions[item] = i;
    appeared.push(item);
  }
  const itemsByAppearance = Int32Array.from(appeared);

  return {
    firstOfPair(user, item) {
      let low = starts[user] as number;
      let high = starts[user + 1] as number;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((items[positions[middle] as number] as number) < item) low = middle + 1;
        else high = middle;
      }
      const position = low < (starts[user + 1] as number) ? (positions[low] as number) : -1;
      return position >= 0 && items[position] === item ? position : -1;
    },
    firstOfItem: (item) => firstPositions[item] as number,
    itemsByAppearance,
    itemsBefore(position) {
      let low = 0;
      let high = itemsByAppearance.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((firstPositions[itemsByAppearance[middle] as number] as number) < position) low = middle + 1;
        else high = middle;
      }
      return low;
    },
    ...secondsOf(timestamps),
  };
}

import type { Interactions } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import type { RankHistory } from './rank-history.ts';

/** Requests in the order of time, each with its candidates: the item that was chosen comes first. */
export interface RankRequests {
  /** Position of each request's positive in the interactions. */
  positions: Int32Array;
  users: Int32Array;
  /** Candidates of request r: `candidates[offsets[r] .. offsets[r + 1])`. */
  offsets: Int32Array;
  candidates: Int32Array;
}

/** Draws for each negative before a request goes with fewer: for users who have met almost everything. */
const triesPerNegative = 20;

/**
 * Positions in [from, to) that make a request: the user's first interaction with the item, which the world has seen in an earlier second
 * (an item that nobody met before could be told from its negatives by that alone, and retrieval does not serve seen items again).
 */
export function requestPositions({ users, items }: Interactions, history: RankHistory, from: number, to: number): Int32Array {
  const positions: number[] = [];
  for (let i = from; i < to; i++) {
    const item = items[i] as number;
    const before = history.secondStart[i] as number;
    // A second that the slice before shares belongs to that one.
    if (before < from || history.firstOfPair(users[i] as number, item) !== i) continue;
    if (history.firstOfItem(item) < before) positions.push(i);
  }
  return Int32Array.from(positions);
}

/**
 * Draws `negatives` items for each request, any with the same chance, from what was known then: items seen in the world in an earlier
 * second that the user had not met by the end of this one. What the user chose later is not looked at, so a negative may be an item that
 * the user would have liked. A request for which there is none is left out.
 */
export function drawCandidates(
  positions: Int32Array,
  negatives: number,
  { users, items }: Interactions,
  history: RankHistory,
  random: Random,
): RankRequests {
  const kept: number[] = [];
  const offsets = [0];
  const candidates = new Int32Array(positions.length * (1 + negatives));
  let end = 0;
  for (const position of positions) {
    const user = users[position] as number;
    const start = end;
    const known = history.itemsBefore(history.secondStart[position] as number);
    const secondEnd = history.secondEnd[position] as number;
    candidates[end++] = items[position] as number;
    for (let draws = 0; end - start <= negatives && draws < negatives * triesPerNegative; draws++) {
      const item = history.itemsByAppearance[random.integer(known)] as number;
      const met = history.firstOfPair(user, item);
      if ((met < 0 || met >= secondEnd) && !candidates.subarray(start, end).includes(item)) candidates[end++] = item;
    }
    if (end === start + 1) {
      // Nothing to tell the positive from.
      end = start;
      continue;
    }
    kept.push(position);
    offsets.push(end);
  }
  const requestUsers = Int32Array.from(kept, (position) => users[position] as number);
  return { positions: Int32Array.from(kept), users: requestUsers, offsets: Int32Array.from(offsets), candidates: candidates.slice(0, end) };
}

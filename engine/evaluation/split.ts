import type { Split } from '#contract/run';
import type { Interactions } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { groupByUser, type HeldOut, heldOutFromPairs, pickInteractions } from './held-out.ts';
import { assertBefore } from './leakage.ts';

export interface DataSplit {
  train: Interactions;
  test: HeldOut;
  trainCount: number;
  leftOut: {
    /** Users of the test part with no training interaction: no model can know them, so they are not evaluated. */
    unknownUsers: number;
    /** Test interactions with an item that the user has in training, or a second time in the test part: nothing new to find. */
    repeats: number;
    /** Interactions in neither part: those that came after a user's held-out one. */
    after: number;
  };
  /** The moment of the first held-out interaction where one moment ends training for all; null where there is none. */
  cut: number | null;
}

interface Parts {
  /** Positions of training interactions, ascending. */
  train: number[] | Int32Array;
  /** Positions of test interactions. */
  test: number[] | Int32Array;
}

/** Where the time cut falls: never between interactions of the same moment, where there is another way. */
function cutInTime(timestamps: Float64Array, share: number): number {
  const count = timestamps.length;
  const wanted = Math.min(Math.max(Math.round(count * (1 - share)), 1), count);
  let cut = wanted;
  while (cut > 0 && cut < count && timestamps[cut - 1] === timestamps[cut]) cut--;
  if (cut > 0) return cut;
  cut = wanted;
  while (cut < count && timestamps[cut - 1] === timestamps[cut]) cut++;
  return cut < count ? cut : wanted;
}

function splitByTime({ timestamps }: Interactions, share: number): Parts {
  const cut = cutInTime(timestamps, share);
  const positions = Int32Array.from(timestamps, (_, at) => at);
  return { train: positions.subarray(0, cut), test: positions.subarray(cut) };
}

/**
 * The item that each user met last is held out: the one whose first interaction is the latest (the later in the input where times are equal).
 * What the user did after that moment is left out of training, so that nothing there is later than what is asked for.
 */
function splitLastItem(interactions: Interactions, userCount: number): Parts {
  const { offsets, positions } = groupByUser(interactions.users, userCount);
  const train: number[] = [];
  const test: number[] = [];
  const met = new Set<number>();
  for (let user = 0; user < userCount; user++) {
    const begin = offsets[user] as number;
    const end = offsets[user + 1] as number;
    met.clear();
    let last = begin;
    for (let i = begin; i < end; i++) {
      const item = interactions.items[positions[i] as number] as number;
      if (!met.has(item)) last = i;
      met.add(item);
    }
    const kept = met.size < 2 ? end : last;
    for (let i = begin; i < kept; i++) train.push(positions[i] as number);
    if (met.size >= 2) test.push(positions[last] as number);
  }
  return { train: Int32Array.from(train).sort(), test };
}

/** A random share of each user's items is held out with all their interactions; at least one item stays for training. */
function splitByRatio(interactions: Interactions, share: number, seed: number, userCount: number): Parts {
  const { offsets, positions } = groupByUser(interactions.users, userCount);
  const random = createRandom(seed, 'split');
  const train: number[] = [];
  const test: number[] = [];
  for (let user = 0; user < userCount; user++) {
    const own = positions.subarray(offsets[user] as number, offsets[user + 1] as number);
    const items = [...new Set(Array.from(own, (at) => interactions.items[at] as number))];
    random.shuffle(items);
    const held = new Set(items.slice(0, Math.min(Math.round(items.length * share), items.length - 1)));
    for (const at of own) (held.has(interactions.items[at] as number) ? test : train).push(at);
  }
  return { train: Int32Array.from(train).sort(), test };
}

function partsOf(interactions: Interactions, split: Split, seed: number, userCount: number): Parts {
  switch (split.kind) {
    case 'temporal':
      return splitByTime(interactions, split.testShare);
    case 'leave-last-out':
      return splitLastItem(interactions, userCount);
    case 'ratio':
      return splitByRatio(interactions, split.testShare, seed, userCount);
    case 'file':
      return { train: Int32Array.from(interactions.users, (_, at) => at), test: [] };
  }
}

/** The first moment at which each user, or for a temporal split anybody, has something held out; nothing where the split is not by time. */
function firstHeldOut(interactions: Interactions, { test }: Parts, split: Split, userCount: number): Float64Array | null {
  if (split.kind !== 'temporal' && split.kind !== 'leave-last-out') return null;
  const first = new Float64Array(userCount).fill(Number.POSITIVE_INFINITY);
  let earliest = Number.POSITIVE_INFINITY;
  for (const at of test) {
    const user = interactions.users[at] as number;
    const time = interactions.timestamps[at] as number;
    if (time < (first[user] as number)) first[user] = time;
    if (time < earliest) earliest = time;
  }
  return split.kind === 'temporal' ? first.fill(earliest) : first;
}

/**
 * Interactions (in the order of time) in a training and a test part. Test pairs are distinct and never in training. A `file` split gives everything
 * to training and an empty test part: its pairs come from the file (`heldOutFromPairs`). Throws `bad_data` where a split by time would train on what is later.
 */
export function splitInteractions(
  interactions: Interactions,
  split: Split,
  { seed, userCount }: { seed: number; userCount: number },
): DataSplit {
  const parts = partsOf(interactions, split, seed, userCount);
  const train = pickInteractions(interactions, parts.train);
  const first = firstHeldOut(interactions, parts, split, userCount);
  if (first) assertBefore(train.timestamps, (at) => first[train.users[at] as number] as number);
  const users = Int32Array.from(parts.test, (at) => interactions.users[at] as number);
  const items = Int32Array.from(parts.test, (at) => interactions.items[at] as number);
  const { test, unknownUsers, repeats } = heldOutFromPairs(users, items, train, userCount);
  const after = interactions.users.length - train.users.length - users.length;
  const earliest = split.kind === 'temporal' ? (first?.[0] ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  const cut = Number.isFinite(earliest) ? earliest : null;
  return { train, test, trainCount: train.users.length, leftOut: { unknownUsers, repeats, after }, cut };
}

/** The share of the training time that is held out to choose the epoch: an early stop must not look at the test set. */
const validationShare = 0.1;

/**
 * The validation slice, carved out of the training part in the way of the split: the last item again, the last tenth of the time, or a random tenth of
 * each user's items (also for a given test file, of which nothing is known).
 */
export function carveValidation(train: Interactions, split: Split, options: { seed: number; userCount: number }): DataSplit {
  if (split.kind === 'leave-last-out') return splitInteractions(train, split, options);
  const kind = split.kind === 'temporal' ? 'temporal' : 'ratio';
  return splitInteractions(train, { kind, testShare: validationShare }, options);
}

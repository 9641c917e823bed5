/** Checks that nothing of what is asked for was given to learn from. Each throws `bad_data`: a metric that leaked is worth nothing. */
import { EngineError } from '#contract/errors';
import type { SparseMatrix } from '../math/arrays.ts';
import { hasCell } from '../math/sparse.ts';
import type { HeldOut } from './held-out.ts';

/** Fails where a held-out pair is also in training. */
export function assertNoLeak(train: SparseMatrix, heldOut: HeldOut, name: string): void {
  for (let i = 0; i < heldOut.users.length; i++) {
    const user = heldOut.users[i] as number;
    for (let at = heldOut.offsets[i] as number; at < (heldOut.offsets[i + 1] as number); at++) {
      const item = heldOut.items[at] as number;
      if (!hasCell(train, user, item)) continue;
      throw new EngineError(
        'bad_data',
        `Leakage: the ${name} pair of user row ${user} and item row ${item} is also in the training interactions. Split again so that each pair is on one side.`,
        { userRow: user, itemRow: item, set: name },
      );
    }
  }
}

/** Fails where the same pair stands in two held-out sets, such as validation and test: what was chosen by the one would look good on the other. */
export function assertDisjoint(first: HeldOut, second: HeldOut, names: [string, string]): void {
  const place = new Map([...second.users].map((user, at) => [user, at]));
  first.users.forEach((user, i) => {
    const other = place.get(user);
    if (other === undefined) return;
    const own = new Set(second.items.subarray(second.offsets[other], second.offsets[other + 1]));
    const item = first.items.subarray(first.offsets[i], first.offsets[i + 1]).find((candidate) => own.has(candidate));
    if (item === undefined) return;
    throw new EngineError(
      'bad_data',
      `Leakage: the pair of user row ${user} and item row ${item} is in the ${names[0]} set and in the ${names[1]} set. Split again so that each pair is on one side.`,
      { userRow: user, itemRow: item, set: names[0] },
    );
  });
}

/**
 * Fails where training reaches beyond the time at which it must end. Unknown times (NaN) prove nothing.
 * @param timestamps of the training interactions, milliseconds
 * @param endOf the first held-out moment that the interaction must not be later than: one cut for all, or one a user
 */
export function assertBefore(timestamps: Float64Array, endOf: (at: number) => number): void {
  const at = timestamps.findIndex((time, position) => time > endOf(position));
  if (at < 0) return;
  throw new EngineError(
    'bad_data',
    `Leakage: a training interaction of ${new Date(timestamps[at] as number).toISOString()} is later than what is held out (${new Date(endOf(at)).toISOString()}). Put the interactions in the order of time before they are split.`,
    { time: timestamps[at], heldOutFrom: endOf(at) },
  );
}

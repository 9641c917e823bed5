import type { SeenItems } from '../bundles/contents.ts';
import type { UserEvents } from './user-events.ts';

/** Which of the items that a user has had are left out: all, none, or those of some types of events. */
export type SeenPolicy = 'all' | 'none' | readonly string[];

/** The policy of a request's words. */
export function seenPolicyOf(words: readonly string[] | undefined): SeenPolicy {
  if (words === undefined || words.includes('all')) return 'all';
  return words.includes('none') ? 'none' : words;
}

/** Bits of the types; those that training counted as "the rest" share the last one. */
function bitsOf(types: readonly string[], names: readonly string[]): number {
  const last = names.length - 1;
  return types.reduce((bits, type) => {
    const at = names.indexOf(type);
    return at >= 0 ? bits | (1 << at) : last === 23 ? bits | (1 << last) : bits;
  }, 0);
}

interface LeftOutInput {
  /** Row among the bundle's own users; -1 for others. */
  userRow: number;
  events: UserEvents;
  policy: SeenPolicy;
  /** Item ids that the request leaves out, or that were had in its session. */
  exclude: readonly string[];
}

/** Rows that a list may not have, each once: had in training, received since, and named in the request. */
export function leftOutRows(seen: SeenItems, itemRows: ReadonlyMap<string, number>, input: LeftOutInput): number[] {
  const { userRow, events, policy, exclude } = input;
  const rows = new Set<number>();
  const add = (itemId: string): void => {
    const row = itemRows.get(itemId);
    if (row !== undefined) rows.add(row);
  };
  for (const id of exclude) add(id);
  if (policy === 'none') return [...rows];
  if (userRow >= 0) {
    const wanted = policy === 'all' || !seen.types ? -1 : bitsOf(policy, seen.typeNames);
    for (let at = seen.indptr[userRow] as number; at < (seen.indptr[userRow + 1] as number); at++)
      if (wanted === -1 || ((seen.types?.[at] as number) & wanted) !== 0) rows.add(seen.indices[at] as number);
  }
  if (policy === 'all') for (const id of events.itemIds()) add(id);
  else for (const event of events.newest(Number.MAX_SAFE_INTEGER)) if (policy.includes(event.event_type)) add(event.item_id);
  return [...rows];
}

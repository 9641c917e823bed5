import type { Role } from '#contract/api/route';
import type { InputOf } from '#contract/operations';

/** What each role may do, in words; each may do what the ones before it may. */
export const roleWords: readonly [Role, string][] = [
  ['viewer', 'Asks for lists and reads what the server says of itself.'],
  ['service', 'Also sends events.'],
  ['admin', 'Also trains, uploads, changes the served version, and makes and ends keys.'],
];

export interface KeyDraft {
  name: string;
  role: Role;
  /** Requests a second; empty: as many as come. */
  limit: string;
}

export const emptyKey: KeyDraft = { name: '', role: 'viewer', limit: '' };

/** What the engine takes, or what is wrong, by field. */
export function readKey(draft: KeyDraft): { input: InputOf<'server.createKey'>; problems: { name?: string; limit?: string } } {
  const name = draft.name.trim();
  const limit = draft.limit.trim() === '' ? null : Number(draft.limit);
  const problems = {
    ...(name === '' ? { name: 'A name says later whose key this is.' } : name.length > 100 ? { name: 'At most 100 characters.' } : {}),
    ...(limit !== null && !(limit > 0 && limit <= 100_000) ? { limit: 'Enter a number up to 100,000, or nothing for no limit.' } : {}),
  };
  return { input: { name, role: draft.role, rate_limit: limit }, problems };
}

import { EngineError } from '#contract/errors';

/** Deeper than any context that says where an event happened. */
const deepest = 64;

/** A JSON value with the keys of its objects in one order, so that the same facts are the same text. Throws `invalid_input` where it is too deep. */
export function sortedKeys(value: unknown, depth = 0): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (depth > deepest) throw new EngineError('invalid_input', `A context is nested more than ${deepest} levels deep. Send a flat object.`);
  if (Array.isArray(value)) return value.map((entry) => sortedKeys(entry, depth + 1));
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // No setter is called, whatever a key is named.
  return Object.fromEntries(entries.map(([key, entry]) => [key, sortedKeys(entry, depth + 1)]));
}

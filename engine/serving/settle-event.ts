import { randomUUID } from 'node:crypto';
import type { LoggedEvent, ServedEvent } from '#contract/api/event-routes';
import { EngineError } from '#contract/errors';
import { sortedKeys } from './sorted-keys.ts';

const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;
/** A number below this counts seconds, and above it milliseconds: 100 thousand million seconds are the year 5138. */
const millisecondsFrom = 100_000_000_000;
const latestMs = Date.UTC(2100, 0, 1);
/** Clocks of clients are wrong by so much at most. What is said to happen later would be the newest event, and stop the features' clock, until then. */
const aheadMs = 86_400_000;

/** Half of a surrogate pair, or NUL: cannot be stored as UTF-8 text and read again as the same. */
const unstorable = /[\ud800-\udfff]|\0/u;

function readTimestamp(value: string | number | undefined, nowMs: number): number {
  if (value === undefined) return nowMs;
  let ms: number;
  if (typeof value === 'number') ms = Math.abs(value) < millisecondsFrom ? value * 1000 : value;
  else {
    const bare = iso.exec(value);
    // A time without a zone is taken as UTC, on every machine.
    ms = bare ? Date.parse(value.includes('T') && !bare[4] ? `${value}Z` : value) : Number.NaN;
  }
  if (!Number.isFinite(ms) || ms < 0 || ms > latestMs) {
    throw new EngineError(
      'invalid_input',
      `timestamp ${JSON.stringify(value)} is no time from 1970 to 2100. Send ISO 8601, or seconds or milliseconds since 1970.`,
    );
  }
  if (ms > nowMs + aheadMs) {
    throw new EngineError(
      'invalid_input',
      `timestamp ${JSON.stringify(value)} is more than a day ahead of this server's clock, which says ${new Date(nowMs).toISOString()}. Send when the event happened, or no timestamp for now.`,
    );
  }
  return Math.round(ms);
}

/** An event with every name settled: one item id, one time, an id. Throws `invalid_input` that says which field is wrong. */
export function settleEvent(event: ServedEvent, nowMs: number, givenId?: string): LoggedEvent {
  const settled: LoggedEvent = {
    event_id: event.event_id ?? givenId ?? randomUUID(),
    user_id: event.user_id,
    item_id: (event.item_id ?? event.content_id ?? event.post_id) as string,
    event_type: event.event_type,
    value: event.value ?? null,
    timestampMs: readTimestamp(event.timestamp, nowMs),
    session_id: event.session_id ?? null,
    context: event.context === undefined ? null : (sortedKeys(event.context) as Record<string, unknown>),
  };
  for (const field of ['event_id', 'user_id', 'item_id', 'event_type', 'session_id'] as const) {
    if (unstorable.test(settled[field] ?? '')) {
      throw new EngineError(
        'invalid_input',
        `${field} holds a NUL or half of a surrogate pair, which cannot be stored as text. Send well-formed Unicode.`,
        { field },
      );
    }
  }
  return settled;
}

import type { AuditFact } from '../../security/audit-log.ts';
import { createBuckets } from './token-bucket.ts';

/** No key was sent, one that does not hold, or one whose role is too small. */
export const refusals = ['no_key', 'wrong_key', 'role'] as const;
export type Refusal = (typeof refusals)[number];

/** Entries of one address or key, and of all together: so many a second, and of all so many at once. A flood adds some 1,500 entries a day. */
const entriesPerSecond = 1 / 60;
const entriesAtOnce = 60;

export interface RefusalNotes {
  count(reason: Refusal): void;
  /** Counts, and writes what happened where its source has not been written of for a minute. */
  note(reason: Refusal, source: string, fact: Omit<AuditFact, 'action'>): void;
}

/** Leaves a trace of who was refused, one that no flood makes long. */
export function createRefusalNotes(options: { count(reason: Refusal): void; write(fact: AuditFact): void }): RefusalNotes {
  const sources = createBuckets();
  const all = createBuckets();
  let unwritten = 0;
  return {
    count: options.count,
    note(reason, source, fact) {
      options.count(reason);
      if (sources.take(source, entriesPerSecond, 1) > 0 || all.take('', entriesPerSecond, entriesAtOnce) > 0) {
        unwritten += 1;
        return;
      }
      const more = unwritten === 0 ? '' : `; ${unwritten} more refusals, of anybody, since the last such entry`;
      unwritten = 0;
      options.write({ ...fact, action: 'refused', outcome: `${fact.outcome}${more}` });
    },
  };
}

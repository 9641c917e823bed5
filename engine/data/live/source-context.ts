import type { ColumnMapping } from '#contract/data';
import type { LiveSource } from '#contract/live';
import type { Database } from '../database.ts';
import type { BatchCounts } from './batch.ts';

/** What a reader of a source works with. */
export interface SourceContext {
  db: Database;
  id: number;
  name: string;
  map: ColumnMapping;
  signal: AbortSignal;
  /** Where passwords and tokens are. */
  env: NodeJS.ProcessEnv;
  /** Says what it does now. */
  tell(state: Pick<LiveSource, 'state' | 'detail'>): void;
  /** Says what a batch brought. */
  took(counts: BatchCounts): void;
  lag(messages: number): void;
}

/** Reads until the signal says to stop, or throws in words what cannot be mended by waiting. */
export type Reader = (context: SourceContext) => Promise<void>;

/** Waits, or no longer where it is to stop. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

/** Settles once it is to stop, also where it is so already. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

const firstWaitMs = 500;
const longestWaitMs = 30_000;

/** How long to wait before the next try: twice as long each time, up to half a minute, and never for everybody the same (Brooker 2015: full jitter). */
export const waitBefore = (attempt: number, random = Math.random): number =>
  Math.round(Math.min(longestWaitMs, firstWaitMs * 2 ** attempt) * (0.5 + 0.5 * random()));

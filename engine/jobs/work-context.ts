import type { Progress } from '#contract/job';

/** What long work is given: it reports through it, and hears through it that somebody wants it to stop. */
export interface WorkContext {
  /** Reports progress, lets the process answer others, and throws `cancelled` when somebody asked to stop. */
  checkpoint(progress: Progress): Promise<void>;
  log(text: string, level?: 'info' | 'warning' | 'error'): void;
  signal: AbortSignal;
  /** A point of a live curve. */
  curve(phase: string, step: number, metrics: Record<string, number>): void;
}

/** For short work that nobody follows and nobody stops. */
export const quietWork: WorkContext = {
  checkpoint: async () => undefined,
  log: () => undefined,
  curve: () => undefined,
  signal: new AbortController().signal,
};

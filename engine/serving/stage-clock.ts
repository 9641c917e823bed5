/** When a request must be answered, by `performance.now()`. */
export interface Deadline {
  atMs: number;
}

export type StageOutcome<T> = { done: T } | { skipped: 'slow' } | { failed: Error };

/** A stage that was too slow is tried again after so long, and after twice as long each time that it is too slow again. */
const firstPauseMs = 250;
const longestPauseMs = 10_000;
/** A stage that takes less is late by its deadline, not by itself. */
const slowMs = 100;

interface Stage {
  /** How long it took last. */
  expectedMs: number;
  /** Not before this is it tried where it would be too slow. */
  retryMs: number;
  /** How often in a row it ended too late. */
  late: number;
}

/**
 * Runs the stages of requests within their deadlines. A stage runs in one go and cannot be interrupted, so that one which would end too late, by how long it
 * took last, is not begun; from time to time it is tried all the same, to see whether it has recovered.
 */
export interface StageClock {
  run<T>(stage: string, deadline: Deadline, work: () => T): StageOutcome<T>;
}

export function createStageClock(now: () => number = () => performance.now()): StageClock {
  const stages = new Map<string, Stage>();
  return {
    run(name, { atMs }, work) {
      const started = now();
      let stage = stages.get(name);
      if (started >= atMs || (stage && started + stage.expectedMs > atMs && started < stage.retryMs)) return { skipped: 'slow' };
      if (!stage) {
        stage = { expectedMs: 0, retryMs: 0, late: 0 };
        stages.set(name, stage);
      }
      try {
        return { done: work() };
      } catch (error) {
        return { failed: error instanceof Error ? error : new Error(String(error)) };
      } finally {
        const ended = now();
        stage.expectedMs = ended - started;
        // Who leaves a stage next to no time finds out nothing about it.
        stage.late = ended > atMs && stage.expectedMs > slowMs ? stage.late + 1 : 0;
        stage.retryMs = ended + Math.min(longestPauseMs, firstPauseMs * 2 ** (stage.late - 1));
      }
    },
  };
}

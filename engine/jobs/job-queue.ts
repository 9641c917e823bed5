import { EngineError, type ErrorReport, reportOf } from '#contract/errors';
import type { EngineEvent } from '#contract/events';
import type { CurvePoint, Job, LogLine, Progress, Stage } from '#contract/job';
import type { WorkContext } from './work-context.ts';

/** What a job's work is given besides: what it may say of the job itself. */
export interface JobContext extends WorkContext {
  /** The checkpoint that the job keeps or has left; null where there is none. */
  setCheckpoint(id: string | null): void;
  setStages(stages: Stage[]): void;
  updateStage(id: string, change: Partial<Omit<Stage, 'id'>>): void;
}

interface Entry {
  job: Job;
  lines: LogLine[];
  curve: CurvePoint[];
  controller: AbortController;
  finished: Promise<void>;
  /** Of the phase that runs: when and where it was when it began, for the estimate. */
  phase: { name: string; startedMs: number; startedAt: number } | null;
  lastEmitMs: number;
}

export interface JobQueue {
  /**
   * Queues work; the answer comes at once. Jobs run one after the other: they share the machine's cores.
   * @param facts what is known of the job before its turn comes
   */
  start<T>(kind: string, title: string, work: (context: JobContext) => Promise<T>, facts?: Pick<Job, 'checkpoint'>): Job;
  get(id: string): Job;
  list(): Job[];
  log(id: string): { lines: LogLine[]; curve: CurvePoint[] };
  cancel(id: string): Job;
  /** Resolves when the job has ended, however it did. */
  wait(id: string): Promise<Job>;
  /** Cancels everything and waits for it to end. */
  close(): Promise<void>;
}

const progressEveryMs = 200;
const keptJobs = 200;
const keptLines = 5000;

/** The queue of long work. `onBug` hears of errors that nobody meant, with their stack. */
export function createJobQueue(emit: (event: EngineEvent) => void, onBug: (error: unknown) => void): JobQueue {
  const entries = new Map<string, Entry>();
  let tail: Promise<void> = Promise.resolve();
  let number = 0;

  const entryOf = (id: string): Entry => {
    const entry = entries.get(id);
    if (!entry) throw new EngineError('not_found', `There is no job "${id}". Jobs are kept until the engine ends.`);
    return entry;
  };

  const publish = (entry: Entry): void => {
    entry.lastEmitMs = performance.now();
    emit({ type: 'job.changed', job: structuredClone(entry.job) });
  };

  const report = (entry: Entry, progress: Progress): void => {
    const now = performance.now();
    const done = progress.done ?? 0;
    if (entry.phase?.name !== progress.phase) entry.phase = { name: progress.phase, startedMs: now, startedAt: done };
    const elapsed = (now - entry.phase.startedMs) / 1000;
    const measured = elapsed > 0.5 && done > entry.phase.startedAt ? (done - entry.phase.startedAt) / elapsed : undefined;
    const rate = progress.rate ?? measured;
    const phaseChanged = entry.job.progress?.phase !== progress.phase;
    entry.job.progress = { ...progress, ...(rate !== undefined ? { rate } : {}) };
    // The rate that is shown may count other things (examples) than the steps that are left.
    if (measured !== undefined && progress.total !== undefined)
      entry.job.remainingSeconds = Math.max(0, (progress.total - done) / measured);
    else delete entry.job.remainingSeconds;
    if (phaseChanged || now - entry.lastEmitMs >= progressEveryMs) publish(entry);
  };

  const contextOf = (entry: Entry): JobContext => ({
    signal: entry.controller.signal,
    async checkpoint(progress) {
      report(entry, progress);
      await new Promise((resolve) => setImmediate(resolve));
      if (entry.controller.signal.aborted) throw new EngineError('cancelled', 'Stopped on request.');
    },
    log(text, level = 'info') {
      const line: LogLine = { at: new Date().toISOString(), level, text };
      entry.lines.push(line);
      if (entry.lines.length > keptLines) entry.lines.shift();
      emit({ type: 'job.log', id: entry.job.id, line });
    },
    curve(phase, step, metrics) {
      const point: CurvePoint = { phase, step, metrics };
      entry.curve.push(point);
      emit({ type: 'job.curve', id: entry.job.id, point });
    },
    setCheckpoint(id) {
      delete entry.job.checkpoint;
      if (id !== null) entry.job.checkpoint = id;
      publish(entry);
    },
    setStages(stages) {
      entry.job.stages = stages;
      publish(entry);
    },
    updateStage(id, change) {
      entry.job.stages = entry.job.stages?.map((stage) => (stage.id === id ? { ...stage, ...change } : stage));
      publish(entry);
    },
  });

  const end = (entry: Entry, status: Job['status'], error?: ErrorReport): void => {
    entry.job.status = status;
    entry.job.endedAt = new Date().toISOString();
    delete entry.job.remainingSeconds;
    if (error) entry.job.error = error;
    if (status !== 'succeeded') {
      entry.job.stages = entry.job.stages?.map((stage) => (stage.status === 'running' ? { ...stage, status } : stage)) as
        | Stage[]
        | undefined;
      if (!entry.job.stages) delete entry.job.stages;
    }
    publish(entry);
  };

  const run = async (entry: Entry, work: (context: JobContext) => Promise<unknown>): Promise<void> => {
    if (entry.controller.signal.aborted) return end(entry, 'cancelled');
    entry.job.status = 'running';
    entry.job.startedAt = new Date().toISOString();
    publish(entry);
    const context = contextOf(entry);
    try {
      entry.job.result = await work(context);
      end(entry, 'succeeded');
    } catch (error) {
      const cancelled = entry.controller.signal.aborted || (error instanceof EngineError && error.code === 'cancelled');
      if (cancelled) return end(entry, 'cancelled');
      if (!(error instanceof EngineError)) onBug(error);
      const report = reportOf(error);
      context.log(report.message, 'error');
      end(entry, 'failed', report);
    }
  };

  const forgetOld = (): void => {
    for (const [id, entry] of entries) {
      if (entries.size <= keptJobs) return;
      if (entry.job.endedAt) entries.delete(id);
    }
  };

  return {
    start(kind, title, work, facts = {}) {
      number += 1;
      const job: Job = { id: `job-${number}`, kind, title, status: 'queued', createdAt: new Date().toISOString(), ...facts };
      const entry: Entry = {
        job,
        lines: [],
        curve: [],
        controller: new AbortController(),
        finished: Promise.resolve(),
        phase: null,
        lastEmitMs: 0,
      };
      entries.set(job.id, entry);
      entry.finished = tail.then(() => run(entry, work));
      tail = entry.finished;
      forgetOld();
      publish(entry);
      return structuredClone(job);
    },
    get: (id) => structuredClone(entryOf(id).job),
    list: () => [...entries.values()].map((entry) => structuredClone(entry.job)).reverse(),
    log: (id) => ({ lines: entryOf(id).lines, curve: entryOf(id).curve }),
    cancel(id) {
      const entry = entryOf(id);
      entry.controller.abort();
      return structuredClone(entry.job);
    },
    async wait(id) {
      const entry = entryOf(id);
      await entry.finished;
      return structuredClone(entry.job);
    },
    async close() {
      for (const entry of entries.values()) entry.controller.abort();
      await tail;
    },
  };
}

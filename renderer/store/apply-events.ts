import type { EngineEvent } from '#contract/events';
import type { CurvePoint, Job, LogLine } from '#contract/job';
import type { ServerStatus } from '#contract/server';

/** What changed last, as counters: a query that names a topic asks again when its counter moves. */
export interface Revisions {
  workspace: number;
  data: number;
  runs: number;
  jobs: number;
}
export type Topic = keyof Revisions;

/** What the engine keeps telling: jobs with their logs and curves, the server, and what to ask again. */
export interface LiveState {
  jobs: Record<string, Job>;
  curves: Record<string, CurvePoint[]>;
  logs: Record<string, LogLine[]>;
  server: ServerStatus | null;
  revisions: Revisions;
}

export const emptyLive: LiveState = {
  jobs: {},
  curves: {},
  logs: {},
  server: null,
  revisions: { workspace: 0, data: 0, runs: 0, jobs: 0 },
};

const maxLines = 2000;
const maxPoints = 4000;

function appended<T>(lists: Record<string, T[]>, id: string, value: T, limit: number): Record<string, T[]> {
  const list = [...(lists[id] ?? []), value];
  return { ...lists, [id]: list.length > limit ? list.slice(-limit) : list };
}

function applyEvent(state: LiveState, event: EngineEvent): LiveState {
  const bumped = (topic: Topic) => ({ ...state.revisions, [topic]: state.revisions[topic] + 1 });
  switch (event.type) {
    case 'job.changed': {
      const news = state.jobs[event.job.id]?.status !== event.job.status;
      return { ...state, jobs: { ...state.jobs, [event.job.id]: event.job }, revisions: news ? bumped('jobs') : state.revisions };
    }
    case 'job.log':
      return { ...state, logs: appended(state.logs, event.id, event.line, maxLines) };
    case 'job.curve':
      return { ...state, curves: appended(state.curves, event.id, event.point, maxPoints) };
    case 'server.changed':
      return { ...state, server: event.status };
    case 'restore.failed':
      return state; // It is the whole window's, not live state.
    case 'workspace.changed':
      return { ...state, revisions: bumped('workspace') };
    case 'data.changed':
      return { ...state, revisions: bumped('data') };
    case 'runs.changed':
      return { ...state, revisions: bumped('runs') };
  }
}

export function applyEvents(state: LiveState, events: readonly EngineEvent[]): LiveState {
  return events.reduce(applyEvent, state);
}

/** Jobs, newest first. */
export function sortedJobs(jobs: Record<string, Job>): Job[] {
  return Object.values(jobs).sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
}

/** The job that the status bar names: one that runs before one that waits, the oldest of those. */
export function activeJob(jobs: Record<string, Job>): Job | undefined {
  const oldestFirst = sortedJobs(jobs).reverse();
  return oldestFirst.find((job) => job.status === 'running') ?? oldestFirst.find((job) => job.status === 'queued');
}

import { expect, test } from 'vitest';
import type { Job } from '#contract/job';
import { activeJob, applyEvents, emptyLive, sortedJobs } from '../../../renderer/store/apply-events.ts';

const job = (id: string, status: Job['status'], createdAt = '2024-01-01T00:00:00Z'): Job => ({
  id,
  kind: 'run.train',
  title: id,
  status,
  createdAt,
});

test('a job is replaced by what was said of it last, and its curve and log grow', () => {
  const state = applyEvents(emptyLive, [
    { type: 'job.changed', job: job('a', 'running') },
    { type: 'job.curve', id: 'a', point: { phase: 'train', step: 1, metrics: { loss: 2 } } },
    { type: 'job.curve', id: 'a', point: { phase: 'train', step: 2, metrics: { loss: 1 } } },
    { type: 'job.log', id: 'a', line: { at: 'now', level: 'info', text: 'hello' } },
    { type: 'job.changed', job: job('a', 'succeeded') },
  ]);
  expect(state.jobs.a?.status).toBe('succeeded');
  expect(state.curves.a?.map((point) => point.step)).toEqual([1, 2]);
  expect(state.logs.a?.map((line) => line.text)).toEqual(['hello']);
});

test('only a change of status makes the jobs topic new: progress asks nothing again', () => {
  const running = { type: 'job.changed' as const, job: job('a', 'running') };
  const once = applyEvents(emptyLive, [running]);
  expect(applyEvents(once, [running, running]).revisions.jobs).toBe(once.revisions.jobs);
  expect(applyEvents(once, [{ type: 'job.changed', job: job('a', 'failed') }]).revisions.jobs).toBe(once.revisions.jobs + 1);
});

test('each topic has its own counter', () => {
  const { revisions } = applyEvents(emptyLive, [{ type: 'data.changed' }, { type: 'data.changed' }, { type: 'runs.changed' }]);
  expect(revisions).toEqual({ workspace: 0, data: 2, runs: 1, jobs: 0 });
});

test('a very long log keeps its newest 2,000 lines', () => {
  const lines = Array.from({ length: 2001 }, (_, index) => ({
    type: 'job.log' as const,
    id: 'a',
    line: { at: '', level: 'info' as const, text: String(index) },
  }));
  const log = applyEvents(emptyLive, lines).logs.a;
  expect(log).toHaveLength(2000);
  expect(log?.[0]?.text).toBe('1');
});

test('jobs are listed newest first, and the status bar names the one that runs before one that waits', () => {
  const jobs = {
    a: job('a', 'queued', '2024-01-01T00:00:00Z'),
    b: job('b', 'running', '2024-01-02T00:00:00Z'),
    c: job('c', 'succeeded', '2024-01-03T00:00:00Z'),
  };
  expect(sortedJobs(jobs).map((one) => one.id)).toEqual(['c', 'b', 'a']);
  expect(activeJob(jobs)?.id).toBe('b');
  expect(activeJob({ c: jobs.c })).toBeUndefined();
});

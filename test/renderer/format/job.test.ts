import { expect, test } from 'vitest';
import type { Job } from '#contract/job';
import { activeImport, jobLine, jobSeconds, jobShare, jobStarted, progressLine } from '../../../renderer/format/job.ts';
import { formatMoment } from '../../../renderer/format/time.ts';

const job: Job = { id: 'j', kind: 'run.train', title: 'Train two-tower', status: 'running', createdAt: '2024-01-01T00:00:00Z' };
const stage = (id: string, status: 'succeeded' | 'running' | 'waiting') => ({ id, label: id, status });

test('the share of a plain job is what is done of its total', () => {
  expect(jobShare({ ...job, progress: { phase: 'train', done: 63, total: 100 } })).toBe(0.63);
  expect(jobShare({ ...job, progress: { phase: 'train', done: 3 } })).toBeUndefined();
  expect(jobShare({ ...job, status: 'succeeded' })).toBe(1);
});

test('the share of a pipeline counts its finished stages and part of the running one', () => {
  const stages = [stage('a', 'succeeded'), stage('b', 'running'), stage('c', 'waiting'), stage('d', 'waiting')];
  // One of four is done, and half of the second: 1.5 / 4.
  expect(jobShare({ ...job, stages, progress: { phase: 'b', done: 5, total: 10 } })).toBe(0.375);
  expect(jobShare({ ...job, stages })).toBe(0.25);
});

test('the status line names job, stage, percent and time left, as far as they are known', () => {
  expect(jobLine({ ...job, progress: { phase: 'train', done: 63, total: 100 }, remainingSeconds: 41 })).toBe(
    'Train two-tower · 63 % · 0:41 left',
  );
  expect(jobLine(job)).toBe('Train two-tower');
  expect(jobLine({ ...job, status: 'queued' })).toBe('Train two-tower · waiting');
  expect(jobLine({ ...job, stages: [stage('Evaluation', 'running')], progress: { phase: 'x', done: 1, total: 2 } })).toBe(
    'Train two-tower: Evaluation · 50 %',
  );
});

test('an import that runs or waits is found, the sample’s too, and one that has ended is not', () => {
  const sample = { ...job, id: 's', kind: 'sample', status: 'queued' as const };
  expect(activeImport({ job, s: sample })).toBe(sample);
  expect(activeImport({ job, s: { ...sample, kind: 'import' } })?.id).toBe('s');
  expect(activeImport({ job, s: { ...sample, status: 'succeeded' } })).toBeUndefined();
});

test('the progress line says phase, count, rate and time left', () => {
  const progress = { phase: 'training', done: 4096, total: 80_000, unit: 'examples', rate: 47_312 };
  expect(progressLine({ ...job, progress, remainingSeconds: 2 })).toBe(
    'training · 4,096 of 80,000 examples · 47,300 examples/s · 0:02 left',
  );
  expect(progressLine(job)).toBe('');
});

test('a job takes until its end, or until now', () => {
  const started = { ...job, startedAt: '2024-01-01T00:00:00Z' };
  expect(jobSeconds({ ...started, endedAt: '2024-01-01T00:01:24Z' }, 0)).toBe(84);
  expect(jobSeconds(started, Date.parse('2024-01-01T00:00:05Z'))).toBe(5);
  expect(jobSeconds(job, 0)).toBeUndefined();
});

test('a job started when it got its turn, not when it was asked for', () => {
  const startedAt = '2024-01-01T00:05:00Z';
  expect(jobStarted({ ...job, startedAt })).toBe(formatMoment(startedAt));
  expect(jobStarted({ ...job, status: 'queued' })).toBe('queued');
  expect(jobStarted({ ...job, status: 'cancelled' })).toBe('–');
});

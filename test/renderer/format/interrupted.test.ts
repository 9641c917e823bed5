import { expect, test } from 'vitest';
import type { InterruptedTraining } from '#contract/checkpoint';
import type { Job } from '#contract/job';
import { interruptedLine, wayOn } from '../../../renderer/format/interrupted.ts';

const kept = { stage: 'search', epoch: 12, seconds: 200, bytes: 14_000_000 } as InterruptedTraining;
const jobOf = (changes: Partial<Job>): Job => ({
  id: 'job-1',
  kind: 'train',
  title: 'Train BPR-MF',
  status: 'cancelled',
  createdAt: '',
  ...changes,
});

test('what is kept is said by epoch, time and size', () => {
  expect(interruptedLine(kept)).toBe('epoch 12 of the search · 3 m 20 s of training · 14.0 MB');
  expect(interruptedLine({ ...kept, stage: 'final', epoch: 1, seconds: 4.21 })).toBe(
    'epoch 1 of the final fit · 4.2 s of training · 14.0 MB',
  );
});

test.each([
  ['was cancelled', jobOf({}), 'resume'],
  ['lost its process', jobOf({ status: 'failed', error: { code: 'process_died', message: '' } }), 'resume'],
  ['found other data', jobOf({ status: 'failed', error: { code: 'conflict', message: '', details: { changed: true } } }), 'anew'],
  ['runs', jobOf({ status: 'running' }), null],
  ['ended well', jobOf({ status: 'succeeded' }), null],
])('a training that %s goes on so', (_, job, way) => {
  expect(wayOn(job, kept)).toBe(way);
});

test('a training whose checkpoint is gone does not go on', () => {
  expect(wayOn(jobOf({}), undefined)).toBeNull();
});

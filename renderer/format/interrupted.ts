import { type InterruptedTraining, whereInterrupted } from '#contract/checkpoint';
import type { Job } from '#contract/job';
import { isActive } from './job.ts';
import { formatSize } from './numbers.ts';
import { formatDuration } from './time.ts';

/** What is kept of an interrupted training: `epoch 12 of the search · 3 m 20 s of training · 14.0 MB`. */
export function interruptedLine(training: Pick<InterruptedTraining, 'stage' | 'epoch' | 'seconds' | 'bytes'>): string {
  return [whereInterrupted(training), `${formatDuration(training.seconds)} of training`, formatSize(training.bytes)].join(' · ');
}

/** What can be done about a training that did not end well. */
export type WayOn = 'resume' | 'anew' | null;

/** Goes on where its checkpoint is there still, and anew where what it was begun with is not. */
export function wayOn(job: Job, training: InterruptedTraining | undefined): WayOn {
  if (!training || isActive(job) || job.status === 'succeeded') return null;
  return job.error?.details?.changed === true ? 'anew' : 'resume';
}

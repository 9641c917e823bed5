import type { Job } from '#contract/job';
import { formatRate, formatShare } from './numbers.ts';
import { formatClock, formatDuration, formatMoment } from './time.ts';

export const isActive = (job: Job) => job.status === 'queued' || job.status === 'running';

/** The import that runs or waits, where there is one. */
export const activeImport = (jobs: Record<string, Job>): Job | undefined =>
  Object.values(jobs).find((job) => isActive(job) && (job.kind === 'sample' || job.kind === 'import'));

/** How far a job's present phase is, 0..1; undefined where it cannot be known. */
export function phaseShare(job: Job): number | undefined {
  const { done, total } = job.progress ?? {};
  if (done === undefined || !total) return undefined;
  return Math.min(1, Math.max(0, done / total));
}

/** How far the whole job is. Of a pipeline: its finished stages and the share of the running one. */
export function jobShare(job: Job): number | undefined {
  if (job.status === 'succeeded') return 1;
  if (!job.stages?.length) return phaseShare(job);
  const finished = job.stages.filter((stage) => stage.status === 'succeeded' || stage.status === 'skipped').length;
  const running = job.stages.some((stage) => stage.status === 'running') ? (phaseShare(job) ?? 0) : 0;
  return (finished + running) / job.stages.length;
}

/** What the status bar says of a running job: `Train two-tower · 63 % · 0:41 left`. */
export function jobLine(job: Job): string {
  if (job.status === 'queued') return `${job.title} · waiting`;
  const running = job.stages?.find((stage) => stage.status === 'running');
  const share = jobShare(job);
  const parts = [
    running ? `${job.title}: ${running.label}` : job.title,
    share === undefined ? undefined : formatShare(share),
    job.remainingSeconds === undefined ? undefined : `${formatClock(job.remainingSeconds)} left`,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** Phase, count, rate and time left of what runs now: `training · 3 of 20 epochs · 47,300 examples/s · 0:41 left`. */
export function progressLine(job: Job): string {
  const progress = job.progress;
  if (!progress) return '';
  const { phase, done, total, unit, rate } = progress;
  const whole = (value: number) => (Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(1));
  const parts = [
    phase,
    done === undefined ? undefined : `${whole(done)}${total === undefined ? '' : ` of ${whole(total)}`}${unit ? ` ${unit}` : ''}`,
    rate === undefined ? undefined : formatRate(rate, unit),
    job.remainingSeconds === undefined ? undefined : `${formatClock(job.remainingSeconds)} left`,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** Seconds from start to end, or to now. */
export function jobSeconds(job: Job, nowMs: number): number | undefined {
  if (!job.startedAt) return undefined;
  const end = job.endedAt ? Date.parse(job.endedAt) : nowMs;
  return Math.max(0, (end - Date.parse(job.startedAt)) / 1000);
}

/** When a job began, which is not when it was asked for: `queued` before that, `–` where it never did. */
export function jobStarted({ startedAt, status }: Job): string {
  return startedAt ? formatMoment(startedAt) : status === 'queued' ? 'queued' : '–';
}

export function jobDuration(job: Job, nowMs: number): string {
  const seconds = jobSeconds(job, nowMs);
  return seconds === undefined ? '' : formatDuration(seconds);
}

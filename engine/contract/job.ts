import { z } from 'zod';
import { operation } from './operation.ts';

export const JobStatus = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);
export type JobStatus = z.infer<typeof JobStatus>;

export const ErrorShape = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** What long work says of itself at a checkpoint. `done` of `total` in `unit`; `rate` is units per second. */
export const Progress = z.object({
  /** What is being done, in words that people read: `Reading ratings.csv`. */
  phase: z.string(),
  /** Of work that trains a model and then measures it: which of the two this is. */
  part: z.enum(['training', 'evaluation']).optional(),
  done: z.number().optional(),
  total: z.number().optional(),
  unit: z.string().optional(),
  rate: z.number().optional(),
  metrics: z.record(z.string(), z.number()).optional(),
});
export type Progress = z.infer<typeof Progress>;

/** The stages of a pipeline, in order, for the window to draw. */
export const Stage = z.object({
  id: z.string(),
  label: z.string(),
  status: z.enum(['waiting', 'running', 'succeeded', 'failed', 'cancelled', 'skipped']),
  detail: z.string().optional(),
  seconds: z.number().optional(),
});
export type Stage = z.infer<typeof Stage>;

export const Job = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  status: JobStatus,
  progress: Progress.optional(),
  stages: z.array(Stage).optional(),
  /** Seconds left, estimated from the rate so far. */
  remainingSeconds: z.number().optional(),
  createdAt: z.string(),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  error: ErrorShape.optional(),
  /** Of a training: the checkpoint that it keeps while it runs. Of one that did not end well: what it can be resumed from. */
  checkpoint: z.string().optional(),
  /** What the job left behind: a run, a bundle, import counts. */
  result: z.unknown().optional(),
});
export type Job = z.infer<typeof Job>;

export const LogLine = z.object({ at: z.string(), level: z.enum(['info', 'warning', 'error']), text: z.string() });
export type LogLine = z.infer<typeof LogLine>;

/** A point of a live curve: metrics at a step of a job's phase. */
export const CurvePoint = z.object({ phase: z.string(), step: z.number(), metrics: z.record(z.string(), z.number()) });
export type CurvePoint = z.infer<typeof CurvePoint>;

export const jobOperations = {
  'job.list': operation({ summary: 'Jobs of this session, newest first', input: z.object({}), output: z.array(Job) }),
  'job.get': operation({ summary: 'One job', input: z.object({ id: z.string() }), output: Job, http: 'GET /admin/jobs/{id}' }),
  'job.cancel': operation({ summary: 'Stop a job', input: z.object({ id: z.string() }), output: Job }),
  'job.log': operation({
    summary: 'The log and the curves of a job',
    input: z.object({ id: z.string() }),
    output: z.object({ lines: z.array(LogLine), curve: z.array(CurvePoint) }),
  }),
};

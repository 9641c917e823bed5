import { z } from 'zod';
import { Job } from './job.ts';
import { operation } from './operation.ts';

/** One thing that was looked for in the data. */
export const QualityCheck = z.object({
  id: z.string(),
  title: z.string(),
  /** Why it matters, in a sentence. */
  why: z.string(),
  /** `good`: nothing found. `known`: found, and no mistake of itself. `look`: found, and probably one. */
  level: z.enum(['good', 'known', 'look']),
  count: z.number(),
  /** What is counted: rows, users, items. */
  unit: z.string(),
  example: z.string().nullable(),
  /** The statement that finds them. */
  sql: z.string(),
  /** What one click would do; null where that is for people to decide, with what they can do. */
  fix: z.object({ label: z.string() }).nullable(),
  advice: z.string(),
});
export type QualityCheck = z.infer<typeof QualityCheck>;

export const QualityReport = z.object({
  checks: z.array(QualityCheck),
  seconds: z.number(),
  madeAt: z.string(),
  /** The state of the data that was looked at. */
  state: z.string(),
});
export type QualityReport = z.infer<typeof QualityReport>;

export const QualityFix = z.object({
  id: z.number(),
  check: z.string(),
  label: z.string(),
  rows: z.number(),
  madeAt: z.string(),
  /** Fixes are taken back from the last one on. */
  undo: z.union([z.literal(true), z.string()]),
});
export type QualityFix = z.infer<typeof QualityFix>;

export const qualityOperations = {
  'quality.check': operation({ summary: 'Look for what is wrong in the data', input: z.object({}), output: Job, command: 'quality' }),
  'quality.last': operation({
    summary: 'The last report, and whether the data has changed since',
    input: z.object({}),
    output: z.object({ report: QualityReport.nullable(), stale: z.boolean() }),
  }),
  'quality.fix': operation({ summary: 'Mend what a check found; can be undone', input: z.object({ check: z.string() }), output: Job }),
  'quality.undo': operation({
    summary: 'Take a fix back',
    input: z.object({ id: z.number().int() }),
    output: z.object({ id: z.number(), rows: z.number() }),
  }),
  'quality.fixes': operation({ summary: 'What was mended, newest first', input: z.object({}), output: z.array(QualityFix) }),
};

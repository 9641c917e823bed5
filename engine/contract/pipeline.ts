import { z } from 'zod';
import { Job } from './job.ts';
import { operation } from './operation.ts';
import { Metrics, Split } from './run.ts';

export const pipelineStages = [
  ['data', 'Data'],
  ['retrieval', 'Retrieval model'],
  ['evaluation', 'Evaluation'],
  ['ranking', 'Ranking model'],
  ['index', 'Vector index'],
  ['bundle', 'Bundle'],
  ['serve', 'Serving'],
] as const;

export const PipelineResult = z.object({
  run: z.string(),
  ranker: z.string().nullable(),
  vectorIndex: z.string(),
  bundle: z.string(),
  url: z.string().nullable(),
  seconds: z.number(),
  metrics: Metrics,
  /** One row a model: the trained one first, then the baselines and the oracle where there is one. */
  table: z.array(z.object({ label: z.string(), metrics: Metrics })),
  /** How good the result is against the baselines, in one sentence. */
  verdict: z.string(),
});
export type PipelineResult = z.infer<typeof PipelineResult>;

export const pipelineOperations = {
  'pipeline.build': operation({
    summary: 'The whole pipeline: data, split, retrieval, evaluation, ranking, vector index, bundle, serving',
    input: z.object({
      /** Where the workspace is empty: make sample data first. */
      sampleIfEmpty: z.boolean().default(true),
      model: z.string().default('two-tower'),
      ranker: z.string().default('neural-ranker'),
      params: z.record(z.string(), z.unknown()).default({}),
      /** By time where the data has times, else a share of each user's interactions. */
      split: Split.optional(),
      seed: z.number().int().min(0).max(4_294_967_295).default(42),
      serve: z.boolean().default(true),
      port: z.number().int().min(0).max(65535).default(8000),
    }),
    output: Job,
    command: 'build',
  }),
};

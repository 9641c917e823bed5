import { z } from 'zod';
import { Job } from './job.ts';
import { operation } from './operation.ts';
import { Metrics } from './run.ts';

export const BundleFile = z.object({ path: z.string(), sizeBytes: z.number(), sha256: z.string() });

/** Which events counted as positive in training, and how much: the server counts what it receives by the same rule. */
export const PositiveRule = z.object({
  /** Least value, of ratings only or of every event that has one; null where values decide nothing. */
  minValue: z.number().nullable(),
  appliesTo: z.enum(['ratings', 'all']),
  /** Only these types; null: every one. */
  eventTypes: z.array(z.string()).nullable(),
  /** Weight of each type; one that is not listed counts 1. A type of weight 0 does not count. */
  weights: z.record(z.string(), z.number()),
});
export type PositiveRule = z.infer<typeof PositiveRule>;

/** bundle.json: written last. Nothing in a bundle is ever executed. */
export const BundleManifest = z.object({
  format: z.literal('recsmith-bundle'),
  formatVersion: z.literal(1),
  name: z.string(),
  version: z.string(),
  createdAt: z.string(),
  /** Time of the newest event in the training data: a later one that the server received is not in the model yet. `createdAt` where absent. */
  dataAsOf: z.string().optional(),
  /** `receivedMs` of the newest event from a server that the ranker's features have counted, 0 where there was none: a later one is not in them yet. */
  eventsThrough: z.number().optional(),
  positives: PositiveRule.optional(),
  run: z.string(),
  model: z.string(),
  modelLabel: z.string(),
  params: z.record(z.string(), z.unknown()),
  seed: z.number(),
  dataFingerprint: z.string(),
  ranker: z.object({ run: z.string(), model: z.string(), label: z.string() }).nullable(),
  counts: z.object({
    users: z.number(),
    items: z.number(),
    dimensions: z.number(),
    /** Of the users and items, those that came after the training and got a vector without one. */
    newUsers: z.number().optional(),
    newItems: z.number().optional(),
    /** Users whose vectors follow what they have had since the training. */
    updatedUsers: z.number().optional(),
  }),
  metrics: Metrics,
  rankerMetrics: Metrics.optional(),
  vectorIndex: z.object({
    kind: z.enum(['exact', 'hnsw']),
    precision: z.enum(['f32', 'f16', 'i8']),
    connectivity: z.number().optional(),
    expansionAdd: z.number().optional(),
    expansionSearch: z.number().optional(),
  }),
  versions: z.record(z.string(), z.string()),
  files: z.array(BundleFile),
  /** SHA-256 of bundle.json itself with this value as 64 zeros; a manifest without it is refused. */
  checksum: z.string().optional(),
});
export type BundleManifest = z.infer<typeof BundleManifest>;

export const BundleInfo = z.object({
  id: z.string(),
  path: z.string(),
  active: z.boolean(),
  /** With the manifest, as is `sizeBytes`. */
  files: z.number(),
  sizeBytes: z.number(),
  manifest: BundleManifest,
});
export type BundleInfo = z.infer<typeof BundleInfo>;

export const bundleOperations = {
  'bundle.create': operation({
    summary: 'Pack a run, its ranker and its vector index to serve',
    input: z.object({ run: z.string(), ranker: z.string().optional(), out: z.string().optional(), activate: z.boolean().default(true) }),
    output: Job,
    command: 'bundle',
  }),
  'bundle.list': operation({ summary: 'Bundles of the workspace, newest first', input: z.object({}), output: z.array(BundleInfo) }),
  'bundle.current': operation({
    summary: 'The active bundle, and whether the workspace holds nothing that it was not made of',
    input: z.object({}),
    output: z.object({ bundle: BundleInfo, upToDate: z.boolean() }).nullable(),
  }),
  'bundle.verify': operation({
    summary: 'Check every file of a bundle folder',
    input: z.object({ path: z.string().min(1) }),
    output: z.object({ path: z.string(), manifest: BundleManifest, files: z.number(), sizeBytes: z.number() }),
    command: 'verify',
  }),
  'bundle.activate': operation({
    summary: 'Make a bundle the one that is served; a running server swaps to it without a pause',
    input: z.object({ id: z.string() }),
    output: BundleInfo,
  }),
};

import { z } from 'zod';
import { Job } from './job.ts';
import { operation } from './operation.ts';

const Moment = z.iso.datetime({ offset: true }).or(z.iso.date());

/** What of the workspace's interactions a dataset holds. The steps follow each other in this order. */
export const DatasetRecipe = z.strictObject({
  /** First moment, and the first after the last: ISO date or time, of UTC where no zone is named. */
  from: Moment.optional(),
  to: Moment.optional(),
  eventTypes: z.array(z.string()).min(1).optional(),
  /** Least value; interactions without a value stay. */
  minValue: z.number().optional(),
  /** Users with more interactions on any day of UTC are taken for robots and leave wholly. */
  mostPerDay: z.number().int().min(1).optional(),
  /** Of what a user did with an item: the first or the last alone. */
  once: z.enum(['first', 'last']).optional(),
  /** So large a share of the users, drawn by seed, with all that is theirs. */
  userShare: z.number().gt(0).lt(1).optional(),
  seed: z.number().int().min(0).max(4_294_967_295).default(42),
  /** k-core: users with fewer items and items with fewer users leave, again and again, until none is left that has. */
  minPerUser: z.number().int().min(1).optional(),
  minPerItem: z.number().int().min(1).optional(),
});
export type DatasetRecipe = z.infer<typeof DatasetRecipe>;

/** What one step left, and what it took away. */
export const DatasetStep = z.object({
  step: z.string(),
  interactions: z.number(),
  users: z.number(),
  items: z.number(),
  removed: z.number(),
  /** One interaction that it took away, in words. */
  example: z.string().nullable(),
});
export type DatasetStep = z.infer<typeof DatasetStep>;

export const Dataset = z.object({
  id: z.string(),
  name: z.string(),
  recipe: DatasetRecipe,
  steps: z.array(DatasetStep),
  counts: z.object({ interactions: z.number(), users: z.number(), items: z.number() }),
  /** SHA-256 of the file of interactions. */
  fingerprint: z.string(),
  sizeBytes: z.number(),
  createdAt: z.string(),
});
export type Dataset = z.infer<typeof Dataset>;

export const datasetOperations = {
  'dataset.preview': operation({
    summary: 'What each step of a dataset would take away; nothing is kept',
    input: DatasetRecipe,
    output: Job,
  }),
  'dataset.create': operation({
    summary: 'Freeze a selection of the interactions under a name',
    input: z.object({ name: z.string().trim().min(1).max(80), recipe: DatasetRecipe }),
    output: Job,
    command: 'dataset',
  }),
  'dataset.list': operation({ summary: 'Datasets, newest first', input: z.object({}), output: z.array(Dataset), command: 'datasets' }),
  'dataset.remove': operation({
    summary: 'Delete a dataset; runs that were trained on it stay',
    input: z.object({ id: z.string() }),
    output: z.object({ id: z.string() }),
  }),
};

import { z } from 'zod';
import { CurvePoint, Job } from './job.ts';
import { operation } from './operation.ts';
import { publishedResults } from './published.ts';

export const Split = z.discriminatedUnion('kind', [
  /** The last share of all interactions, by time, is the test set; one cut for everybody. */
  z.object({ kind: z.literal('temporal'), testShare: z.number().gt(0).lt(1).default(0.2) }),
  /** The last interaction of each user is the test set. */
  z.object({ kind: z.literal('leave-last-out') }),
  /** A seeded random share of each user's interactions is the test set. */
  z.object({ kind: z.literal('ratio'), testShare: z.number().gt(0).lt(1).default(0.2) }),
  /** A given file (user, item columns) is the test set; all of the workspace is for training. */
  z.object({ kind: z.literal('file'), path: z.string().min(1) }),
]);
export type Split = z.infer<typeof Split>;

/** Which interactions count as positive. `auto`: all; but of ratings only those at or above 70 % of the highest value (4 of 5). */
export const Selection = z.object({
  minValue: z.union([z.number(), z.literal('auto')]).default('auto'),
  eventTypes: z.array(z.string()).optional(),
  /** A frozen dataset instead of all that the workspace has now. */
  dataset: z.string().optional(),
});
export type Selection = z.infer<typeof Selection>;

/** Metric name → value: `ndcg@10`, `recall@20`, `hit-rate@10`, `mrr@10`, `coverage@10`, `auc`, `log-loss`. */
export const Metrics = z.record(z.string(), z.number());
export type Metrics = z.infer<typeof Metrics>;

/** Lowest and highest value that the data make likely, at 95 %. */
export const Interval = z.tuple([z.number(), z.number()]);
export type Interval = z.infer<typeof Interval>;
/** Metric name → interval. */
export const Intervals = z.record(z.string(), Interval);
export type Intervals = z.infer<typeof Intervals>;

/** Metrics over some of the test users, or over some of the relevant items. */
export const Slice = z.object({
  of: z.enum(['users', 'items']),
  /** `activity`, `popularity`, or the name of an attribute. */
  by: z.string(),
  name: z.string(),
  /** Users whom the means are over. */
  users: z.number(),
  metrics: Metrics,
  intervals: Intervals,
});
export type Slice = z.infer<typeof Slice>;

export const DeviceReport = z.object({
  backend: z.enum(['tensorflow', 'wasm']),
  device: z.enum(['gpu', 'cpu']),
  version: z.string(),
  /** Why this device, in words. */
  reason: z.string(),
  /** What to install for a better one. */
  improve: z.string().optional(),
});
export type DeviceReport = z.infer<typeof DeviceReport>;

export const TrainInput = z.object({
  model: z.string().min(1),
  params: z.record(z.string(), z.unknown()).default({}),
  split: Split.default({ kind: 'temporal', testShare: 0.2 }),
  selection: Selection.default({ minValue: 'auto' }),
  seed: z.number().int().min(0).max(4_294_967_295).default(42),
  ks: z.array(z.number().int().min(1).max(500)).min(1).default([10, 20]),
  /** For a ranking model: the retrieval run whose embeddings and candidates it ranks; the newest where none is named. */
  retrievalRun: z.string().optional(),
  /** What to do about attributes that probably know of the held-out part, where the model uses attributes: `refuse` if not given. */
  featureLeaks: z.enum(['refuse', 'warn']).optional(),
});
export type TrainInput = z.infer<typeof TrainInput>;

/** One metric of two models on the same users: mean of the one minus the other, its 95 % bootstrap interval, and p of a paired randomisation test. */
export const PairedDifference = z.object({ difference: z.number(), interval: Interval, p: z.number() });
export type PairedDifference = z.infer<typeof PairedDifference>;

export const Baseline = z.object({
  model: z.string(),
  label: z.string(),
  metrics: Metrics,
  /** The run minus the baseline, of those metrics of accuracy in which it is the best baseline. Ranking runs have none, nor have runs of earlier versions. */
  differences: z.record(z.string(), PairedDifference).optional(),
});
export type Baseline = z.infer<typeof Baseline>;

export const Run = z.object({
  id: z.string(),
  role: z.enum(['retrieval', 'ranking']),
  model: z.string(),
  label: z.string(),
  /** As parsed: every parameter with its value. */
  params: z.record(z.string(), z.unknown()),
  /** What validation chose, of the parameters that left it to choose. */
  settled: z.record(z.string(), z.unknown()).optional(),
  seed: z.number(),
  split: Split,
  selection: Selection,
  /** SHA-256 over the interactions and attributes that the run could see. */
  dataFingerprint: z.string(),
  /** `receivedMs` of the newest event from a server that a ranking run could see; 0 where there was none. Absent where that is not known. */
  eventsThrough: z.number().optional(),
  counts: z.object({
    users: z.number(),
    items: z.number(),
    train: z.number(),
    validation: z.number(),
    test: z.number(),
    testUsers: z.number(),
  }),
  metrics: Metrics,
  /** Standard errors of the metrics that are means over users. */
  errors: Metrics,
  /** Bootstrap intervals of the metrics of accuracy. Runs of earlier versions have none, and no slices. */
  intervals: Intervals.optional(),
  slices: z.array(Slice).optional(),
  validation: Metrics,
  baselines: z.array(Baseline),
  /** The oracle's metrics where the data came with a known preference model. */
  oracle: Metrics.optional(),
  curve: z.array(CurvePoint),
  bestEpoch: z.number().optional(),
  seconds: z.number(),
  examplesPerSecond: z.number().optional(),
  peakMemoryBytes: z.number().optional(),
  /** The saved model's arrays. */
  modelBytes: z.number().optional(),
  /** Median time of one user's list: scores of all items, training items left out, the best taken. */
  latencyMs: z.number().optional(),
  /** SHA-256 over the pairs of the test set: runs are compared on the same one. */
  testFingerprint: z.string().optional(),
  device: DeviceReport,
  retrievalRun: z.string().optional(),
  versions: z.record(z.string(), z.string()),
  createdAt: z.string(),
});
export type Run = z.infer<typeof Run>;

/**
 * One row a model: the run's own first, then what it must beat, then the best reachable where it is known, then what papers report where the split is a
 * published one.
 */
export function metricsTable({ label, metrics, baselines, oracle, split, counts }: Run): { label: string; metrics: Metrics }[] {
  return [
    { label, metrics },
    ...baselines.map((baseline) => ({ label: baseline.label, metrics: baseline.metrics })),
    ...(oracle ? [{ label: 'Oracle (best reachable)', metrics: oracle }] : []),
    ...(split.kind === 'file' ? publishedResults(counts) : []),
  ];
}

export const Recommendation = z.object({ itemId: z.string(), score: z.number(), rank: z.number() });
export type Recommendation = z.infer<typeof Recommendation>;

export const ItemCard = z.object({ itemId: z.string(), attributes: z.record(z.string(), z.unknown()) });
export type ItemCard = z.infer<typeof ItemCard>;

/** What the Playground shows of one user. */
export const UserView = z.object({
  userId: z.string(),
  attributes: z.record(z.string(), z.unknown()),
  /** `trained`: the run learned from it; else it was held out, does not count as positive, or came later. */
  history: z.array(
    z.object({
      item: ItemCard,
      eventType: z.string(),
      value: z.number().nullable(),
      timestamp: z.string().nullable(),
      trained: z.boolean(),
    }),
  ),
  /** `later`: the user took the item after the time that the run learned from, so the run was right. */
  recommendations: z.array(z.object({ item: ItemCard, score: z.number(), rank: z.number(), later: z.boolean() })),
  source: z.string(),
});
export type UserView = z.infer<typeof UserView>;

/** What the Playground shows of somebody whom nobody knows, by the items they have. */
export const NewcomerView = UserView.pick({ recommendations: true, source: true });
export type NewcomerView = z.infer<typeof NewcomerView>;

/** What of the three files did not count, and what counted though little is known of it. */
export const ScoreCounts = z.object({
  trainRowsBelow: z.number(),
  testRowsBelow: z.number(),
  testRowsInTraining: z.number(),
  testRowsRepeated: z.number(),
  usersLeftOut: z.number(),
  usersWithoutTraining: z.number(),
  usersWithoutList: z.number(),
  itemsWithoutTraining: z.number(),
});
export type ScoreCounts = z.infer<typeof ScoreCounts>;

/** One metric of two runs on the same users; the difference is the second minus the first. */
export const ComparedMetric = PairedDifference.extend({
  name: z.string(),
  first: z.number(),
  second: z.number(),
  /** Users with a higher, a lower and the same value by the second run. */
  better: z.number(),
  worse: z.number(),
  same: z.number(),
});
export type ComparedMetric = z.infer<typeof ComparedMetric>;

export const UserDifference = z.object({ userId: z.string(), first: z.number(), second: z.number(), difference: z.number() });
export type UserDifference = z.infer<typeof UserDifference>;

export const RunComparison = z.object({
  first: z.object({ id: z.string(), label: z.string() }),
  second: z.object({ id: z.string(), label: z.string() }),
  users: z.number(),
  metrics: z.array(ComparedMetric),
  /** What both cost and what their lists are like beside being right, without a test: `trainSeconds`, `novelty@10`. Null where a run does not know it. */
  untested: z.array(z.object({ name: z.string(), first: z.number().nullable(), second: z.number().nullable() })),
  /** By this metric users won or lost. */
  by: z.string(),
  /** Who is better off with the second run, the most first, and who is worse off. */
  won: z.array(UserDifference),
  lost: z.array(UserDifference),
});
export type RunComparison = z.infer<typeof RunComparison>;

export const runOperations = {
  'run.train': operation({
    summary: 'Train a model and evaluate it',
    input: TrainInput,
    output: Job,
    command: 'train',
    http: 'POST /admin/train',
  }),
  'run.trainAll': operation({
    summary: 'Train every retrieval model with its defaults, one after the other; those that cannot train on this data are named',
    input: TrainInput.omit({ model: true, params: true, retrievalRun: true }),
    output: z.object({
      started: z.array(z.object({ model: z.string(), job: Job })),
      leftOut: z.array(z.object({ model: z.string(), label: z.string(), reason: z.string() })),
    }),
  }),
  'run.list': operation({ summary: 'Runs, newest first', input: z.object({}), output: z.array(Run), command: 'runs' }),
  'run.get': operation({ summary: 'One run', input: z.object({ id: z.string() }), output: Run }),
  'run.compare': operation({
    summary: 'Two runs on the same test set: difference a metric, with interval and p value, and who won or lost most',
    input: z.object({
      first: z.string().min(1),
      second: z.string().min(1),
      /** How many users to name on either side. */
      limit: z.number().int().min(0).max(1000).default(5),
      seed: z.number().int().min(0).max(4_294_967_295).default(42),
    }),
    output: RunComparison,
    command: 'compare',
  }),
  'run.recommend': operation({
    summary: 'Top k of a run for one user, for somebody unknown who has some items, or for all; training items left out',
    input: z.object({
      run: z.string(),
      user: z.string().optional(),
      /** In place of a user: items that somebody unknown has, oldest first. */
      items: z.array(z.string()).min(1).max(10_000).optional(),
      k: z.number().int().min(1).max(500).default(20),
      /** Where to write user_id,item_id,rank,score; demanded for all users. */
      out: z.string().optional(),
    }),
    output: Job,
    command: 'recommend',
  }),
  'run.score': operation({
    summary: "The evaluator on anyone's lists: user_id,item_id,rank against a train and a test file",
    input: z.object({
      train: z.string().min(1),
      test: z.string().min(1),
      recommendations: z.string().min(1),
      ks: z.array(z.number().int().min(1).max(500)).min(1).default([10, 20]),
      /** Least value of a training or test row that counts as positive; rows without a value count. */
      minValue: z.number().optional(),
    }),
    output: z.object({
      metrics: Metrics,
      errors: Metrics,
      intervals: Intervals,
      users: z.number(),
      /** The catalogue that coverage and Gini are of: every item that the three files name. */
      items: z.number(),
      counts: ScoreCounts,
    }),
    command: 'score',
  }),
  'run.users': operation({
    summary: 'Users to pick from, by the start of the id',
    input: z.object({ query: z.string().default(''), limit: z.number().int().min(1).max(200).default(50) }),
    output: z.array(z.object({ userId: z.string(), interactions: z.number() })),
  }),
  'run.items': operation({
    summary: 'Items of a run to pick from, by a part of the id or of an attribute in words, the most used first',
    input: z.object({ run: z.string(), query: z.string().default(''), limit: z.number().int().min(1).max(200).default(20) }),
    output: z.array(ItemCard),
  }),
  'run.newcomerView': operation({
    summary: 'Recommendations for somebody unknown who has some items, with item attributes',
    input: z.object({
      run: z.string(),
      items: z.array(z.string()).min(1).max(1000),
      k: z.number().int().min(1).max(100).default(10),
    }),
    output: NewcomerView,
  }),
  'run.userView': operation({
    summary: 'History and recommendations of a user, with item attributes',
    input: z.object({ run: z.string(), user: z.string(), k: z.number().int().min(1).max(100).default(10) }),
    output: UserView,
  }),
};

import type { Checkpoint, CheckpointOrigin } from '#contract/checkpoint';
import type { Baseline, DeviceReport, Intervals, Metrics, Slice, Split } from '#contract/run';
import type { EntityFeatures, Interactions, Matrix, NamedArrays } from '../math/arrays.ts';
import type { History, NewItem } from '../models/model.ts';

/** Held-out items by user: those of `users[i]` are `items[offsets[i] .. offsets[i + 1])`. User rows ascending. */
export interface HeldOut {
  users: Int32Array;
  offsets: Int32Array;
  items: Int32Array;
}

/** The true preferences behind generated data: score = dot product. Evaluated on the same test set as the model. */
export interface OracleVectors {
  users: Matrix;
  items: Matrix;
}

export interface ProbeTask {
  kind: 'probe';
}

/** Where and how often a training keeps what it takes to go on after it was interrupted. */
export interface Keeping {
  /** The manifest's file; the arrays go beside it. The trainer makes the folder with the first checkpoint. */
  manifest: string;
  /** At most so often; 0: after every epoch. */
  everySeconds: number;
  origin: CheckpointOrigin;
}

/** Train one retrieval model, evaluate it and the baselines beside it. */
export interface FitTask {
  kind: 'fit';
  model: string;
  params: Record<string, unknown>;
  seed: number;
  userCount: number;
  itemCount: number;
  /** Positive interactions without the test set; the task carves its validation slice out of them, as the split does. */
  train: Interactions;
  split: Split;
  test: HeldOut;
  userFeatures: EntityFeatures;
  itemFeatures: EntityFeatures;
  oracle: OracleVectors | null;
  ks: number[];
  /** Nothing is kept without it. */
  keep?: Keeping | undefined;
  /** The checkpoint that is kept there already, to go on from. */
  resume?: Checkpoint | undefined;
}

export interface FitOutcome {
  arrays: NamedArrays;
  metrics: Metrics;
  errors: Metrics;
  intervals: Intervals;
  slices: Slice[];
  /** Values of the metrics of accuracy, one a test user, in the order of the test set. */
  values: Record<string, Float32Array>;
  modelBytes: number;
  latencyMs: number;
  validation: Metrics;
  baselines: Baseline[];
  oracle: Metrics | null;
  counts: { train: number; validation: number };
  /** Parameters that validation chose. */
  settled?: Record<string, unknown> | undefined;
  bestEpoch?: number | undefined;
  examplesPerSecond?: number | undefined;
  seconds: number;
  peakMemoryBytes: number;
  device: DeviceReport;
}

/** Top k of a fitted model for some users, training items left out. */
export interface RecommendTask {
  kind: 'recommend';
  model: string;
  params: Record<string, unknown>;
  arrays: NamedArrays;
  /** User rows; -1: somebody whom training did not know, who has the items that are left out, oldest first. */
  users: Int32Array;
  k: number;
  /** Items to leave out, by position in `users`: `items[offsets[i] .. offsets[i + 1])`. */
  seen: { offsets: Int32Array; items: Int32Array };
}

export interface RecommendOutcome {
  /** users × k item rows; -1 where the catalogue ran out. */
  items: Int32Array;
  scores: Float32Array;
}

/** Users and items that training did not know. */
export interface Newcomers {
  /** Item rows that each user has, oldest first. */
  users: Int32Array[];
  items: NewItem[];
}

/** A user whom training knew, who has had items since. */
export interface ActiveUser {
  row: number;
  history: History;
}

/** Vectors for them, beside those of a fitted model. */
export interface EmbedTask {
  kind: 'embed';
  model: string;
  params: Record<string, unknown>;
  arrays: NamedArrays;
  newcomers: Newcomers;
  active: ActiveUser[];
}

export interface EmbedOutcome {
  /** One row each, in order; null where the model has no way to make them. */
  users: Matrix | null;
  items: Matrix | null;
  active: Matrix | null;
}

/** Train a ranking model on a later slice of time than the embeddings it ranks with. */
export interface RankTask {
  kind: 'rank';
  model: string;
  params: Record<string, unknown>;
  seed: number;
  userCount: number;
  itemCount: number;
  /** All positive interactions in the order of time. */
  interactions: Interactions;
  /** Interactions from here on were not seen by the retrieval model: rows for ranking start here. */
  rankFrom: number;
  /** Interactions from here on are the test slice. */
  testFrom: number;
  userEmbeddings: Matrix;
  itemEmbeddings: Matrix;
  ks: number[];
}

export interface RankOutcome {
  /** Weights, standardisation and the feature state at the end of the data. */
  arrays: NamedArrays;
  metrics: Metrics;
  errors: Metrics;
  validation: Metrics;
  baselines: Baseline[];
  counts: { train: number; validation: number; test: number; testUsers: number };
  bestEpoch?: number | undefined;
  examplesPerSecond?: number | undefined;
  seconds: number;
  peakMemoryBytes: number;
  device: DeviceReport;
}

export type TrainerTask = ProbeTask | FitTask | RecommendTask | EmbedTask | RankTask;
export type OutcomeOf<T extends TrainerTask> = T extends ProbeTask
  ? DeviceReport
  : T extends FitTask
    ? FitOutcome
    : T extends RecommendTask
      ? RecommendOutcome
      : T extends EmbedTask
        ? EmbedOutcome
        : RankOutcome;

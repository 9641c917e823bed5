import type { z } from 'zod';
import type { EntityFeatures, Interactions, Matrix, NamedArrays, SparseMatrix } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';

/** What a retrieval model learns from. */
export interface TrainingSet {
  userCount: number;
  itemCount: number;
  /** Positive interactions in the order of time. */
  interactions: Interactions;
  /** The same as users × items, one cell a pair, weights added up. */
  matrix: SparseMatrix;
  userFeatures: EntityFeatures;
  itemFeatures: EntityFeatures;
}

/** What a fit's memory depends on. */
export interface ProblemSize {
  users: number;
  items: number;
  /** Distinct pairs of a user and an item. */
  pairs: number;
  /** Bytes of the attributes of users and items. */
  attributeBytes: number;
}

/** An item that training did not know. */
export interface NewItem {
  /** Users who had it. */
  userRows: Int32Array;
  /** Its attributes in the codes of training, one row; null where it has none. */
  features: EntityFeatures | null;
}

/** What a known user has had, each item once in the order of its first meeting. */
export interface History {
  items: Int32Array;
  /** Those that training saw, and those that it did not. */
  before: Int32Array;
  since: Int32Array;
}

/** Where a training of several epochs can go on after it was interrupted. */
export interface EpochCheckpoint {
  epoch: number;
  arrays: NamedArrays;
}

export interface FitContext {
  random: Random;
  seed: number;
  /**
   * How well a model that scores like this ranks interactions held out of the training time, never the test set: `ndcg@10` and others.
   * Null where there is nothing to validate on.
   */
  validate: ((score: FittedModel['score']) => Promise<Record<string, number>>) | null;
  /** What an interrupted training of the same parameters and data left behind; null at a fresh start. */
  resume: EpochCheckpoint | null;
  /** Keeps what it takes to go on after this epoch, weights, optimiser and state of the random numbers; `arrays` is called only when it is time to. */
  keepEpoch(epoch: number, arrays: () => NamedArrays): Promise<void>;
  /** Reports, lets the process answer messages, and throws `cancelled` when somebody asked to stop. */
  checkpoint(report: {
    phase: string;
    done: number;
    total: number;
    unit?: string;
    rate?: number;
    metrics?: Record<string, number>;
  }): Promise<void>;
  /** A point of a live curve. */
  curve(phase: string, step: number, metrics: Record<string, number>): void;
  log(text: string): void;
}

/** A retrieval model that has learned. */
export interface FittedModel {
  /** Scores of every item for some users: users × items. */
  score(userRows: Int32Array): Matrix;
  /** User and item vectors whose dot product is the score, for models that have them. */
  embed?(): { users: Matrix; items: Matrix };
  /** A user vector for someone unknown who has these items, oldest first. */
  foldIn?(itemRows: Int32Array): Float32Array;
  /** Scores of every item for someone unknown who has these items, oldest first: of models without user vectors. */
  scoreItems?(itemRows: Int32Array): Float32Array;
  /**
   * A known user's vector after items that training did not see, beside those of `embed`. Models that fold in and have no way of their own get that of
   * `freshened.ts`; where the fold-in of all items is what training would do, that is the way.
   */
  follow?(userRow: number, history: History): Float32Array;
  /** A vector for an item that training did not know, beside those of `embed`. */
  foldInItem?(item: NewItem): Float32Array;
  save(): NamedArrays;
  /** Facts of the training. `settled` are parameters that validation chose: a second training on more data takes them as they are. */
  facts?: { bestEpoch?: number; examplesPerSecond?: number; settled?: Record<string, unknown> };
  dispose?(): void;
}

export interface Model<P extends z.ZodObject = z.ZodObject> {
  id: string;
  label: string;
  summary: string;
  /** Where it is strong and where not, in a sentence: what a user chooses by. */
  goodFor: string;
  /** How it answers users whom training did not know, and how items get in that training did not know, each in a sentence; or why it cannot. */
  newUsers: string;
  newItems: string;
  paper?: string;
  /** Has a list worth showing for a user of whom no item is known. */
  answersWithoutItems?: true;
  needs: ('timestamps' | 'attributes')[];
  factorised: boolean;
  baseline: boolean;
  params: P;
  /** Bytes that `fit` takes at its peak beside the training set, about: looked at before it starts. */
  memoryBytes(size: ProblemSize, params: z.output<P>): number;
  fit(train: TrainingSet, params: z.output<P>, context: FitContext): Promise<FittedModel>;
  /** A user vector for someone whom training did not know, from their items, oldest first. Needs no TensorFlow. */
  foldIn?(arrays: NamedArrays, params: z.output<P>): (itemRows: Int32Array) => Float32Array;
  /** The fitted model again, from what `save` gave. */
  load(arrays: NamedArrays, params: z.output<P>): FittedModel;
}

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

export interface FitContext {
  random: Random;
  seed: number;
  /**
   * How well a model that scores like this ranks interactions held out of the training time, never the test set: `ndcg@10` and others.
   * Null where there is nothing to validate on.
   */
  validate: ((score: FittedModel['score']) => Promise<Record<string, number>>) | null;
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
  save(): NamedArrays;
  /** Facts of the training. `settled` are parameters that validation chose: a second training on more data takes them as they are. */
  facts?: { bestEpoch?: number; examplesPerSecond?: number; settled?: Record<string, unknown> };
  dispose?(): void;
}

export interface Model<P extends z.ZodObject = z.ZodObject> {
  id: string;
  label: string;
  summary: string;
  paper?: string;
  needs: ('timestamps' | 'attributes')[];
  factorised: boolean;
  baseline: boolean;
  params: P;
  fit(train: TrainingSet, params: z.output<P>, context: FitContext): Promise<FittedModel>;
  /** A user vector for someone whom training did not know, from their items, oldest first. Needs no TensorFlow. */
  foldIn?(arrays: NamedArrays, params: z.output<P>): (itemRows: Int32Array) => Float32Array;
  /** The fitted model again, from what `save` gave. */
  load(arrays: NamedArrays, params: z.output<P>): FittedModel;
}

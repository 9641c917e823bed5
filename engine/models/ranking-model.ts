import { z } from 'zod';
import type { ModelInfo } from '#contract/model';
import type { Matrix, NamedArrays } from '../math/arrays.ts';
import type { DenseNetwork } from '../math/dense.ts';
import type { FitContext } from './model.ts';

/** Rows that a ranker learns from: the candidates of requests, with what each one led to. */
export interface RankingRows {
  /** rows × features, not standardised. */
  features: Matrix;
  /** 1 where the candidate was chosen, else 0. */
  labels: Uint8Array;
  /** Rows of request r: `offsets[r] .. offsets[r + 1])`. Requests are in the order of time. */
  offsets: Int32Array;
  /** User row of each request. */
  users: Int32Array;
}

/** A ranking model that has learned. */
export interface FittedRanker {
  /** What is saved and served. */
  network: DenseNetwork;
  /** The chance that each row is chosen, among as many negatives as it was trained with. */
  score(features: Matrix): Float32Array;
  /** `ranker.mean`, `ranker.scale`, `ranker.layer0.weights`, … */
  save(): NamedArrays;
  facts: { bestEpoch: number; examplesPerSecond: number; validationLoss: number };
}

/** Parameters that every ranking model has: what its rows are made of. */
export const rankingRowParams = {
  negatives: z.number().int().min(1).max(50).default(8).describe('Items not chosen, for each item chosen, that the ranker learns from'),
};

/** Scores the candidates of a request. */
export interface RankingModel<P extends z.ZodObject = z.ZodObject> {
  id: string;
  label: string;
  summary: string;
  paper?: string;
  needs: ModelInfo['needs'];
  factorised: false;
  baseline: boolean;
  /** With `rankingRowParams` among them. */
  params: P;
  /** `validation` lies later in time than `train`; it chooses when to stop, and nothing else is learned from it. */
  fit(
    train: RankingRows,
    validation: RankingRows,
    params: z.output<P>,
    context: Omit<FitContext, 'validate' | 'resume' | 'keepEpoch'>,
  ): Promise<FittedRanker>;
}

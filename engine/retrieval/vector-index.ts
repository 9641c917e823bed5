import type { BundleManifest } from '#contract/bundle';
import { EngineError } from '#contract/errors';
import type { Progress } from '#contract/job';
import type { Matrix } from '../math/arrays.ts';

/** How an index searches: exactly, or through an HNSW graph with these parameters. */
export type VectorIndexSettings = BundleManifest['vectorIndex'];

/** Item rows, best first; equal scores by row. Scores are dot products, higher is better. May hold fewer than asked where items ran out. */
export interface Matches {
  rows: Int32Array;
  scores: Float32Array;
}

/** Finds the items whose vectors have the largest dot product with a query. */
export interface VectorIndex {
  readonly kind: 'exact' | 'hnsw';
  readonly settings: VectorIndexSettings;
  readonly size: number;
  readonly dimensions: number;
  search(query: Float32Array, k: number): Matches;
  dispose(): void;
}

/** Long work lets its process answer others here, and hears that it should stop. */
export type Checkpoint = (progress: Progress) => Promise<void>;

/** Refuses vectors that break the order of an index: a NaN compares with nothing. Throws `bad_data` that names the row. */
export function checkVectors(vectors: Matrix): void {
  if (vectors.data.length !== vectors.rows * vectors.columns) {
    throw new EngineError(
      'bad_data',
      `${vectors.data.length} numbers do not make ${vectors.rows} vectors of ${vectors.columns}. Train the model again.`,
    );
  }
  for (let i = 0; i < vectors.data.length; i++) {
    if (Number.isFinite(vectors.data[i])) continue;
    const row = Math.floor(i / vectors.columns);
    throw new EngineError(
      'bad_data',
      `The vector of row ${row} holds ${vectors.data[i]}, which no index can order. Train the model again with a lower learning rate.`,
      {
        row,
      },
    );
  }
}

/** Refuses a query that does not fit. Throws `invalid_input`. */
export function checkQuery(index: { dimensions: number }, query: Float32Array, k: number): void {
  if (query.length !== index.dimensions) {
    throw new EngineError('invalid_input', `A query of ${query.length} numbers was given to an index of ${index.dimensions} dimensions.`);
  }
  if (!query.every(Number.isFinite)) throw new EngineError('invalid_input', 'A query vector holds a number that is not finite.');
  if (!Number.isInteger(k) || k < 1) throw new EngineError('invalid_input', `k is ${k}; it must be a whole number from 1.`);
}

import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Bags } from './bags.ts';

/** Bags that were looked up, and the way back for their gradient. */
export interface Lookup {
  /** bags × dimensions; disposed by the caller. */
  vectors: Tensor2D;
  /**
   * Adagrad (Duchi et al. 2011) on the rows that the bags touched and on no other: for each such row, with g the sum of its weighted gradients,
   * accumulator += g²; row -= learningRate · g / √accumulator. Ends the lookup.
   */
  apply(gradient: Tensor2D, learningRate: number): void;
  /** Ends the lookup without an update. */
  release(): void;
}

/** A table of embeddings of which a step reads and changes only the rows it touches. */
export interface EmbeddingTable {
  rows: number;
  dimensions: number;
  lookup(bags: Bags): Lookup;
  /** A copy of the whole table, row-major. */
  read(): Float32Array;
  dispose(): void;
}

/** Where Adagrad's sums of squares start: high enough that the first step of a row stays small. */
export const initialAccumulator = 0.1;

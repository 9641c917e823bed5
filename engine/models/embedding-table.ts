import type { Dense } from './algebra.ts';
import type { Bags } from './bags.ts';

/** Bags that were looked up, and the way back for their gradient. */
export interface Lookup {
  /** bags × dimensions. */
  vectors: Dense;
  /**
   * Adagrad (Duchi et al. 2011) on the rows that the bags touched and on no other: for each such row, with g the sum of its weighted gradients,
   * accumulator += g²; row -= learningRate · g / √accumulator.
   */
  apply(gradient: Dense, learningRate: number): void;
}

/** A table of embeddings of which a step reads and changes only the rows it touches. */
export interface EmbeddingTable {
  rows: number;
  dimensions: number;
  /** Call within a scope of the algebra: the lookup ends with it. */
  lookup(bags: Bags): Lookup;
  /** A copy of the whole table, row-major. */
  read(): Float32Array;
  dispose(): void;
}

/** Where Adagrad's sums of squares start: high enough that the first step of a row stays small. */
export const initialAccumulator = 0.1;

import type { Random } from '../math/random.ts';

/** Which items an example's own item is told apart from. */
export type Negatives = 'in-batch' | 'mixed' | 'uniform';

export interface NegativesOptions {
  kind: Negatives;
  /** Items drawn for each batch, of all that there are. */
  extra: number;
  batchSize: number;
  /** Whether columns are corrected for how likely they were to be there; otherwise each that is a negative counts once. */
  corrected: boolean;
}

/** Columns that a batch gets beside its own items, and how much each column counts in the sum over negatives. */
export interface NegativeSampler {
  /** Draws items, which may repeat and may be among the batch's own. */
  draw(random: Random): Int32Array;
  /** c_j: the correction of an item that is a column, and whether it was drawn. */
  weight(item: number, drawn: boolean): number;
}

/**
 * One over the probability that an item gets into a batch of so many examples, of which this is its share, or is among `extra` items drawn from
 * `itemCount`, each with the same chance.
 */
export function inclusionCorrection(share: number, batchSize: number, extra = 0, itemCount = 1): number {
  const missed =
    batchSize * Math.log1p(-Math.min(share, 1 - 1e-9)) + (extra > 0 ? extra * Math.log1p(-Math.min(1 / itemCount, 1 - 1e-9)) : 0);
  return -1 / Math.expm1(missed);
}

/**
 * in-batch: the distinct items of the batch (Yi et al. 2019). mixed: those and items drawn from the whole catalogue (Yang et al. 2020), so that items which
 * are hardly ever in a batch are told apart too; an item is a column by either way, and corrected for both. uniform: the drawn items alone (sampled softmax,
 * Jean et al. 2015); the batch's own are columns as somebody's positive, and count as negatives only where they were drawn.
 */
export function createNegatives(frequency: Float64Array, { kind, extra, batchSize, corrected }: NegativesOptions): NegativeSampler {
  const itemCount = frequency.length;
  const total = frequency.reduce((sum, count) => sum + count, 0);
  const drawnCount = kind === 'in-batch' ? 0 : extra;
  const uniform = inclusionCorrection(0, 0, drawnCount, itemCount);
  const weights = Float32Array.from(frequency, (count) => {
    if (!corrected) return 1;
    if (kind === 'uniform') return uniform;
    return count > 0 || drawnCount > 0 ? inclusionCorrection(count / total, batchSize, drawnCount, itemCount) : 1;
  });
  return {
    draw: (random) => Int32Array.from({ length: drawnCount }, () => random.integer(itemCount)),
    weight: (item, drawn) => (kind === 'uniform' && !drawn ? 0 : (weights[item] as number)),
  };
}

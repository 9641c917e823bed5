import type { SparseMatrix } from '../math/arrays.ts';

/** How much a feature that two things have in common counts; see `weigh`. */
export const weightings = ['cosine', 'normalised', 'tf-idf', 'bm25'] as const;
export type WeightingName = (typeof weightings)[number];

/** A thing's length: constant + perFeature · how many features it has + perRoot · √(sum of their weights). */
export type NormTerms = [constant: number, perFeature: number, perRoot: number];

export interface ThingWeights {
  features: Float32Array;
  norms: Float32Array;
  terms: NormTerms;
}

/** BM25's saturation and length correction. A full correction of 0.75 fails on sparse data (docs/models.md). */
const saturation = 1.2;
const lengthShare = 0.25;

/** A feature's weight, from how many things have it; always above 0. */
const featureWeight: Record<WeightingName, (having: number, things: number) => number> = {
  cosine: () => 1,
  normalised: (having) => 1 / having,
  'tf-idf': (having, things) => Math.log1p(things / having) ** 2,
  bm25: (having, things) => Math.log1p((things - having + 0.5) / (having + 0.5)) ** 2,
};

export function lengthOf([constant, perFeature, perRoot]: NormTerms, features: number, weight: number): number {
  return constant + perFeature * features + perRoot * Math.sqrt(weight);
}

/**
 * Weights of features and lengths of things for a product of things × features with itself, features being the users of an item or the items of a user.
 *
 *   cosine       every feature counts 1
 *   normalised   a feature counts 1 / how many things have it: its row has length 1 (Deshpande & Karypis 2004)
 *   tf-idf       log(1 + things / how many have it)², as both sides of the product carry the logarithm
 *   bm25         log(1 + (things − n + ½) / (n + ½))², and a thing's length is linear in how much it has (Robertson & Zaragoza 2009) instead of a root
 *
 * Weights are scaled so that their mean over all pairs is 1: a shrinkage of 10 means ten features under every weighting.
 */
export function weigh(name: WeightingName, things: SparseMatrix, turned: SparseMatrix): ThingWeights {
  const sizeOf = ({ indptr }: SparseMatrix, row: number): number => (indptr[row + 1] as number) - (indptr[row] as number);
  const features = new Float32Array(turned.rows).fill(1);
  let total = 0;
  for (let feature = 0; feature < turned.rows; feature++) {
    const having = sizeOf(turned, feature);
    if (having === 0) continue;
    features[feature] = featureWeight[name](having, things.rows);
    total += having * (features[feature] as number);
  }
  const pairs = things.indices.length;
  const scale = total > 0 ? pairs / total : 1;
  for (let feature = 0; feature < turned.rows; feature++) features[feature] = (features[feature] as number) * scale;

  const mean = Math.max(pairs / Math.max(things.rows, 1), 1);
  const unit = Math.sqrt(mean) / (saturation + 1);
  const terms: NormTerms =
    name === 'bm25' ? [unit * (saturation * (1 - lengthShare) + 1), (unit * saturation * lengthShare) / mean, 0] : [0, 0, 1];
  const norms = new Float32Array(things.rows).fill(1);
  for (let thing = 0; thing < things.rows; thing++) {
    if (sizeOf(things, thing) === 0) continue;
    let weight = 0;
    for (let at = things.indptr[thing] as number; at < (things.indptr[thing + 1] as number); at++)
      weight += features[things.indices[at] as number] as number;
    norms[thing] = lengthOf(terms, sizeOf(things, thing), weight);
  }
  return { features, norms, terms };
}

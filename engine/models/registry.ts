import { EngineError } from '#contract/errors';
import { bpr } from './bpr.ts';
import { ease } from './ease.ts';
import { hybridOf } from './hybrid.ts';
import { ials } from './ials.ts';
import { itemKnn } from './item-knn.ts';
import { lightgcn } from './lightgcn.ts';
import type { Model } from './model.ts';
import { normalisedLinear } from './normalised-linear.ts';
import { popularity } from './popularity.ts';
import { rp3beta } from './rp3beta.ts';
import { sasrec } from './sasrec.ts';
import { spectralFilter } from './spectral-filter.ts';
import { twoTower } from './two-tower.ts';
import { userKnn } from './user-knn.ts';

/** A model is one file and one line here. */
const models: Model[] = [
  twoTower,
  normalisedLinear,
  ease,
  ials,
  sasrec,
  lightgcn,
  itemKnn,
  userKnn,
  rp3beta,
  spectralFilter,
  bpr,
  popularity,
];

/** Every retrieval model; the hybrid joins the others. */
export const retrievalModels: Model[] = [...models, hybridOf(models, ['two-tower', 'item-knn'])];

/** The retrieval model of this id; throws `not_found` that lists what there is. */
export function findRetrievalModel(id: string): Model {
  const model = retrievalModels.find((candidate) => candidate.id === id);
  if (model) return model;
  throw new EngineError(
    'not_found',
    `There is no retrieval model "${id}". There are: ${retrievalModels.map((known) => known.id).join(', ')}.`,
    { model: id },
  );
}

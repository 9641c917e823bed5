import { EngineError } from '#contract/errors';
import { itemKnn } from './item-knn.ts';
import type { Model } from './model.ts';
import { popularity } from './popularity.ts';
import { twoTower } from './two-tower.ts';

/** A model is one file and one line here. */
export const retrievalModels: Model[] = [twoTower, itemKnn, popularity];

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

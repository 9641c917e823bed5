import { EngineError } from '#contract/errors';
import { logisticRanker } from './logistic-ranker.ts';
import { neuralRanker } from './neural-ranker.ts';
import type { RankingModel } from './ranking-model.ts';

/** A ranking model is one file and one line here. */
export const rankingModels: RankingModel[] = [logisticRanker, neuralRanker];

/** Whether the id is that of a ranking model. */
export function isRankingModel(id: string): boolean {
  return rankingModels.some((model) => model.id === id);
}

/** The ranking model of this id; throws `not_found` that lists what there is. */
export function findRankingModel(id: string): RankingModel {
  const model = rankingModels.find((candidate) => candidate.id === id);
  if (model) return model;
  throw new EngineError(
    'not_found',
    `There is no ranking model "${id}". There are: ${rankingModels.map((known) => known.id).join(', ')}.`,
    { model: id },
  );
}

import type { HandlersOf } from '#contract/operations';
import { describeModel } from '../models/parameters.ts';
import { rankingModels } from '../models/ranking-registry.ts';
import { retrievalModels } from '../models/registry.ts';

export function modelHandlers(): HandlersOf<'model'> {
  return {
    'model.list': async () => [
      ...retrievalModels.map((model) => describeModel(model, 'retrieval')),
      ...rankingModels.map((model) => describeModel(model, 'ranking')),
    ],
  };
}

import path from 'node:path';
import type { HandlersOf } from '#contract/operations';
import { searchUsers } from '../data/entities.ts';
import { readPairs } from '../data/pairs.ts';
import { scoreLists } from '../evaluation/score.ts';
import { parseParams } from '../models/parameters.ts';
import { findRankingModel, isRankingModel } from '../models/ranking-registry.ts';
import { findRetrievalModel } from '../models/registry.ts';
import { compareRuns } from './compare.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { itemsToPick, viewNewcomer, viewUser } from './playground.ts';
import { recommend } from './recommendations.ts';
import { listRuns, readRun } from './run-store.ts';
import { trainAll } from './train-all.ts';
import { train } from './training.ts';

export function runHandlers(context: EngineContext): HandlersOf<'run'> {
  return {
    'run.train': async (input) => {
      requireSession(context);
      // Refused here, at once, rather than when the job gets its turn.
      const model = isRankingModel(input.model) ? findRankingModel(input.model) : findRetrievalModel(input.model);
      parseParams(model, input.params);
      return context.jobs.start('train', `Train ${model.label}`, (work) => train(context, input, work));
    },
    'run.trainAll': (input) => trainAll(context, input),
    'run.list': async () => listRuns(requireSession(context).workspace.path),
    'run.get': async ({ id }) => readRun(requireSession(context).workspace.path, id),
    'run.compare': async (input) => compareRuns(requireSession(context).workspace.path, input),
    'run.recommend': async (input) => {
      requireSession(context);
      return context.jobs.start('recommend', `Recommend with ${input.run}`, (work) => recommend(context, input, work));
    },
    'run.score': async (input) => {
      const [train, test, recommendations] = await Promise.all(
        [input.train, input.test, input.recommendations].map((file, at) => readPairs(path.resolve(file), at < 2 ? input.minValue : null)),
      );
      if (!train || !test || !recommendations) throw new Error('three files give three tables');
      const { counts, ...scored } = scoreLists({ train, test, recommendations }, input.ks);
      return { ...scored, counts: { trainRowsBelow: train.below, testRowsBelow: test.below, ...counts } };
    },
    'run.users': async (input) => searchUsers(requireSession(context).database, input.query, input.limit),
    'run.items': (input) => itemsToPick(context, input),
    'run.newcomerView': (input) => viewNewcomer(context, input),
    'run.userView': (input) => viewUser(context, input),
  };
}

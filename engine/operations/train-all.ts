import { reportOf } from '#contract/errors';
import type { OutputOf } from '#contract/operations';
import type { TrainInput } from '#contract/run';
import { countEntities, hasTimestamps } from '../data/entities.ts';
import type { Model, ProblemSize } from '../models/model.ts';
import { parseParams } from '../models/parameters.ts';
import { retrievalModels } from '../models/registry.ts';
import { assertFitsMemory } from '../training/memory-check.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { train } from './training.ts';

/** Why a model cannot train on this data, in a sentence; null where it can. */
function reasonAgainst(model: Model, problem: ProblemSize, timed: boolean): string | null {
  if (model.needs.includes('timestamps') && !timed) return 'It needs timestamps, and the interactions have none to go by.';
  try {
    assertFitsMemory(model, parseParams(model, {}), problem, []);
    return null;
  } catch (error) {
    return reportOf(error).message;
  }
}

/** Queues a training of every retrieval model with its defaults, those that take little first. */
export async function trainAll(
  context: EngineContext,
  input: Omit<TrainInput, 'model' | 'params' | 'retrievalRun'>,
): Promise<OutputOf<'run.trainAll'>> {
  const { database } = requireSession(context);
  const { users, items, interactions } = await countEntities(database);
  const timed = await hasTimestamps(database);
  const started: OutputOf<'run.trainAll'>['started'] = [];
  const leftOut: OutputOf<'run.trainAll'>['leftOut'] = [];
  // A first look: each training counts the attributes as well, when it has read them.
  const problem: ProblemSize = { users, items, pairs: interactions, attributeBytes: 0 };
  const takes = (model: Model): number => model.memoryBytes(problem, parseParams(model, {}));
  for (const model of [...retrievalModels].sort((a, b) => takes(a) - takes(b))) {
    const reason = reasonAgainst(model, problem, timed);
    if (reason) leftOut.push({ model: model.id, label: model.label, reason });
    else {
      const one: TrainInput = { ...input, model: model.id, params: {} };
      started.push({ model: model.id, job: context.jobs.start('train', `Train ${model.label}`, (work) => train(context, one, work)) });
    }
  }
  return { started, leftOut };
}

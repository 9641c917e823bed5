import { type Checkpoint, InterruptedTraining } from '#contract/checkpoint';
import { EngineError } from '#contract/errors';
import type { Job } from '#contract/job';
import type { HandlersOf } from '#contract/operations';
import { listCheckpoints, readCheckpoint, removeCheckpoint } from './checkpoint-store.ts';
import { checkpointsInUse } from './checkpoints-of-training.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { train } from './training.ts';

/** Trainings that nobody trains on with now, the one that was interrupted last first. */
async function listInterrupted(context: EngineContext): Promise<Checkpoint[]> {
  const inUse = checkpointsInUse(context);
  return (await listCheckpoints(requireSession(context).workspace.path)).filter(({ id }) => !inUse.has(id));
}

function assertUnused(context: EngineContext, id: string): void {
  if (checkpointsInUse(context).has(id))
    throw new EngineError('conflict', `The training of checkpoint ${id} runs, or waits for its turn. Cancel its job first.`);
}

async function resume(context: EngineContext, id: string | undefined): Promise<Job> {
  const { path } = requireSession(context).workspace;
  const checkpoint = id === undefined ? (await listInterrupted(context))[0] : await readCheckpoint(path, id);
  if (!checkpoint) throw new EngineError('not_found', 'There is no interrupted training to resume.');
  assertUnused(context, checkpoint.id);
  if (checkpoint.version !== context.version) {
    throw new EngineError(
      'unsupported',
      `The checkpoint was written by Recsmith ${checkpoint.version}, and this is ${context.version}. Train again, or discard the checkpoint.`,
      { checkpoint: checkpoint.id, changed: true },
    );
  }
  return context.jobs.start(
    'train',
    `Resume ${checkpoint.label}`,
    (work) => train(context, checkpoint.input, work, { resume: checkpoint }),
    { checkpoint: checkpoint.id },
  );
}

export function checkpointHandlers(context: EngineContext): HandlersOf<'checkpoint'> {
  return {
    'checkpoint.list': async () => (await listInterrupted(context)).map((checkpoint) => InterruptedTraining.parse(checkpoint)),
    'checkpoint.resume': ({ id }) => resume(context, id),
    'checkpoint.discard': async ({ id }) => {
      const { path } = requireSession(context).workspace;
      await readCheckpoint(path, id);
      assertUnused(context, id);
      await removeCheckpoint(path, id);
      context.emit({ type: 'runs.changed' });
      return null;
    },
  };
}

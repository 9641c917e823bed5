import path from 'node:path';
import { type Checkpoint, type CheckpointOrigin, whereInterrupted } from '#contract/checkpoint';
import { EngineError } from '#contract/errors';
import type { TrainInput } from '#contract/run';
import type { TrainingData } from '../data/training-data.ts';
import type { JobContext } from '../jobs/job-queue.ts';
import type { Keeping } from '../training/tasks.ts';
import { newId } from '../workspace/manifests.ts';
import { checkpointManifest, readCheckpoint, removeCheckpoint, tidyCheckpoints } from './checkpoint-store.ts';
import { type EngineContext, requireSession } from './engine-context.ts';

const usualSeconds = 5;

/** Seconds from one checkpoint to the next at least: RECSMITH_CHECKPOINT_SECONDS where that is set. */
function everySeconds(): number {
  const setting = process.env.RECSMITH_CHECKPOINT_SECONDS;
  if (!setting) return usualSeconds;
  const seconds = Number(setting);
  if (seconds >= 0 && Number.isFinite(seconds)) return seconds;
  throw new EngineError('invalid_input', `RECSMITH_CHECKPOINT_SECONDS is "${setting}", and must be a number of seconds, 0 or more.`);
}

interface Begun {
  input: TrainInput;
  model: { id: string; label: string };
  data: TrainingData;
  testFingerprint: string;
}

const countsOf = ({ userIds, itemIds, interactions }: TrainingData): CheckpointOrigin['data'] => ({
  users: userIds.length,
  items: itemIds.length,
  interactions: interactions.users.length,
});

/** Where and with what a training keeps its checkpoints; one that goes on keeps them where it did. */
export function keepingOf(context: EngineContext, { input, model, data, testFingerprint }: Begun, resumed?: Checkpoint): Keeping {
  const id = resumed?.id ?? newId('checkpoint');
  // Whoever resumes may be in another folder.
  const split = input.split.kind === 'file' ? { ...input.split, path: path.resolve(input.split.path) } : input.split;
  return {
    manifest: checkpointManifest(requireSession(context).workspace.path, id),
    everySeconds: everySeconds(),
    origin: {
      id,
      model: model.id,
      label: model.label,
      input: { ...input, split },
      dataFingerprint: data.fingerprint,
      testFingerprint,
      data: countsOf(data),
      version: context.version,
      startedAt: resumed?.startedAt ?? new Date().toISOString(),
    },
  };
}

/** `120 more interactions, 2 fewer items`. */
function differences(then: CheckpointOrigin['data'], now: CheckpointOrigin['data']): string {
  const words = (['interactions', 'users', 'items'] as const).flatMap((name) => {
    const more = now[name] - then[name];
    const count = Math.abs(more);
    if (count === 0) return [];
    return `${count.toLocaleString('en')} ${more > 0 ? 'more' : 'fewer'} ${count === 1 ? name.slice(0, -1) : name}`;
  });
  return words.length > 0 ? words.join(', ') : 'as many interactions, users and items, but not the same';
}

function refuseChanged(checkpoint: Checkpoint, what: string): never {
  throw new EngineError(
    'conflict',
    `${what} since the training was interrupted, so it cannot be resumed. Train again on what is there now, or discard the checkpoint.`,
    { checkpoint: checkpoint.id, changed: true },
  );
}

/** Throws `conflict`, with what is different, where a training would go on with other data than it was begun with. */
export function assertSameData(checkpoint: Checkpoint, data: TrainingData): void {
  if (checkpoint.dataFingerprint === data.fingerprint) return;
  refuseChanged(checkpoint, `The data has changed (${differences(checkpoint.data, countsOf(data))})`);
}

/** The same of what it is tested on: a test file may have changed. */
export function assertSameTest(checkpoint: Checkpoint, testFingerprint: string): void {
  if (checkpoint.testFingerprint !== testFingerprint) refuseChanged(checkpoint, 'The test file has changed');
}

/** Checkpoints of trainings that run or wait. */
export function checkpointsInUse(context: EngineContext): Set<string> {
  const active = context.jobs.list().filter(({ status }) => status === 'running' || status === 'queued');
  return new Set(active.flatMap(({ checkpoint }) => checkpoint ?? []));
}

/** Failures that would come again at the same place. */
const hopeless = ['diverged', 'bad_data', 'too_large', 'invalid_input'];

/**
 * Runs a training that keeps checkpoints, if it does: one that ends well, or would fail again, removes what it kept; else the job says what it can be resumed
 * from, or that it cannot.
 */
export async function whileKept<T>(
  context: EngineContext,
  { keep, label }: { keep: Keeping | undefined; label: string },
  work: JobContext,
  training: () => Promise<T>,
): Promise<T> {
  const { path: workspace } = requireSession(context).workspace;
  const id = keep?.origin.id;
  if (id !== undefined) work.setCheckpoint(id);
  const drop = async (): Promise<void> => {
    if (id === undefined) return;
    await removeCheckpoint(workspace, id);
    work.setCheckpoint(null);
  };
  try {
    const value = await training();
    await drop();
    return value;
  } catch (error) {
    if (error instanceof EngineError && hopeless.includes(error.code)) {
      await drop();
      throw error;
    }
    const left = id === undefined ? null : await readCheckpoint(workspace, id).catch(() => null);
    if (left) work.log(`Kept as of ${whereInterrupted(left)}: the training can be resumed from there.`);
    else {
      work.setCheckpoint(null);
      work.log(keep ? 'It stopped before its first checkpoint.' : `${label} does not learn by epochs: there is nothing to resume.`);
    }
    await tidyCheckpoints(workspace, checkpointsInUse(context));
    throw error;
  }
}

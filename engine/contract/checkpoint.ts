import { z } from 'zod';
import { CurvePoint, Job } from './job.ts';
import { operation } from './operation.ts';
import { DeviceReport, Metrics, TrainInput } from './run.ts';

/** Which of its two fits a training is in: the one that validation watches, or the one on all data with what was settled. */
export const TrainingStage = z.enum(['search', 'final']);
export type TrainingStage = z.infer<typeof TrainingStage>;

/** What a training was begun with: it can only go on with the same. */
export const CheckpointOrigin = z.object({
  id: z.string(),
  model: z.string(),
  label: z.string(),
  /** As the training was asked for; the same again is a new training. */
  input: TrainInput,
  dataFingerprint: z.string(),
  testFingerprint: z.string(),
  data: z.object({ users: z.number(), items: z.number(), interactions: z.number() }),
  /** Of Recsmith. */
  version: z.string(),
  startedAt: z.string(),
});
export type CheckpointOrigin = z.infer<typeof CheckpointOrigin>;

/** What validation found, once it has: the second fit and the run take it from here. */
export const Searched = z.object({
  validation: Metrics,
  facts: z.object({
    bestEpoch: z.number().optional(),
    examplesPerSecond: z.number().optional(),
    settled: z.record(z.string(), z.unknown()).optional(),
  }),
});
export type Searched = z.infer<typeof Searched>;

/** How far a training has got, as it is kept on disk while it runs. */
export const Checkpoint = CheckpointOrigin.extend({
  device: DeviceReport.pick({ backend: true, device: true, version: true }),
  stage: TrainingStage,
  /** The last one that is in the arrays. */
  epoch: z.number().int().min(1),
  /** The file beside the manifest that has the weights and the optimiser's state. */
  arrays: z.string().regex(/^(search|final)-\d{1,9}\.safetensors$/),
  bytes: z.number(),
  /** Trained for so long up to here. */
  seconds: z.number(),
  savedAt: z.string(),
  searched: Searched.nullable(),
  curve: z.array(CurvePoint),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** A training that was cancelled, or lost with a process, and can go on. */
export const InterruptedTraining = Checkpoint.omit({
  dataFingerprint: true,
  testFingerprint: true,
  arrays: true,
  searched: true,
  curve: true,
});
export type InterruptedTraining = z.infer<typeof InterruptedTraining>;

/** Where a training was interrupted: `epoch 12 of the search`. */
export function whereInterrupted({ stage, epoch }: Pick<Checkpoint, 'stage' | 'epoch'>): string {
  return `epoch ${epoch} of the ${stage === 'search' ? 'search' : 'final fit'}`;
}

export const checkpointOperations = {
  'checkpoint.list': operation({
    summary: 'Interrupted trainings that can be resumed, the latest first',
    input: z.object({}),
    output: z.array(InterruptedTraining),
    command: 'interrupted',
  }),
  'checkpoint.resume': operation({
    summary: 'Train on from where a training was interrupted; the latest where none is named',
    input: z.object({ id: z.string().optional() }),
    output: Job,
    command: 'resume',
  }),
  'checkpoint.discard': operation({
    summary: 'Delete what an interrupted training left',
    input: z.object({ id: z.string() }),
    output: z.null(),
  }),
};

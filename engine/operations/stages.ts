import type { pipelineStages } from '#contract/pipeline';
import type { JobContext } from '../jobs/job-queue.ts';

export type StageId = (typeof pipelineStages)[number][0];

/** A stage that is shown as running, until one of these is called. */
export interface OpenStage {
  succeed(detail?: string): void;
  fail(): void;
}

export function beginStage(job: JobContext, id: StageId): OpenStage {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  job.updateStage(id, { status: 'running' });
  return {
    succeed(detail) {
      job.updateStage(id, { status: 'succeeded', seconds: seconds(), ...(detail !== undefined ? { detail } : {}) });
    },
    fail: () => job.updateStage(id, { status: job.signal.aborted ? 'cancelled' : 'failed', seconds: seconds() }),
  };
}

/** Runs one stage: its state is shown while it runs, its result when it is done. */
export async function runStage<T>(job: JobContext, id: StageId, work: () => Promise<{ value: T; detail: string }>): Promise<T> {
  const stage = beginStage(job, id);
  try {
    const { value, detail } = await work();
    stage.succeed(detail);
    job.log(detail);
    return value;
  } catch (error) {
    stage.fail();
    throw error;
  }
}

/**
 * Runs work of two stages, the second of which begins when the work reports its evaluation: a trainer does both in one go.
 * @param tell the details of both stages, which are known at the end only
 */
export async function runTrainingStages<T>(
  job: JobContext,
  ids: { training: StageId; evaluation: StageId },
  work: (context: JobContext) => Promise<T>,
  tell: (value: T) => { training: string; evaluation: string },
): Promise<T> {
  const training = beginStage(job, ids.training);
  let evaluation: OpenStage | null = null;
  const evaluate = (): OpenStage => {
    if (evaluation) return evaluation;
    training.succeed();
    evaluation = beginStage(job, ids.evaluation);
    return evaluation;
  };
  const checkpoint: JobContext['checkpoint'] = (progress) => {
    if (progress.part === 'evaluation') evaluate();
    return job.checkpoint(progress);
  };
  try {
    const value = await work({ ...job, checkpoint });
    const details = tell(value);
    evaluate().succeed(details.evaluation);
    job.updateStage(ids.training, { detail: details.training });
    job.log(details.training);
    job.log(details.evaluation);
    return value;
  } catch (error) {
    ((evaluation as OpenStage | null) ?? training).fail();
    throw error;
  }
}

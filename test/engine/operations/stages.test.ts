import { expect, test } from 'vitest';
import type { Stage } from '#contract/job';
import { createJobQueue, type JobContext } from '../../../engine/jobs/job-queue.ts';
import { runTrainingStages } from '../../../engine/operations/stages.ts';

const ids = { training: 'retrieval', evaluation: 'evaluation' } as const;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

/** The states of both stages, each time one of them changed, and their last. */
async function followed(work: (context: JobContext) => Promise<string>): Promise<{ states: string[]; last: Stage[] }> {
  const states: string[] = [];
  let last: Stage[] = [];
  const queue = createJobQueue(
    (event) => {
      if (event.type !== 'job.changed' || !event.job.stages) return;
      last = event.job.stages;
      const state = last.map(({ status }) => status).join(' ');
      if (states.at(-1) !== state) states.push(state);
    },
    () => undefined,
  );
  const job = queue.start('build', 'Build', async (context) => {
    context.setStages(Object.values(ids).map((id) => ({ id, label: id, status: 'waiting' })));
    return runTrainingStages(context, ids, work, (value) => ({ training: `${value} trained`, evaluation: `${value} measured` }));
  });
  await queue.wait(job.id);
  return { states, last };
}

test('evaluation becomes a stage of its own when the trainer begins it, and each stage has its own time', async () => {
  const { states, last } = await followed(async (context) => {
    await context.checkpoint({ phase: 'Training' });
    await pause();
    await context.checkpoint({ phase: 'Evaluating Two-tower', part: 'evaluation' });
    await pause();
    await context.checkpoint({ phase: 'Finding neighbours', part: 'evaluation' });
    return 'Two-tower';
  });
  expect(states).toEqual(['waiting waiting', 'running waiting', 'succeeded waiting', 'succeeded running', 'succeeded succeeded']);
  expect(last.map(({ detail }) => detail)).toEqual(['Two-tower trained', 'Two-tower measured']);
  for (const { seconds } of last) expect(seconds).toBeGreaterThan(0.02);
});

test('what breaks in the evaluation leaves the training done, and what breaks in the training leaves the evaluation waiting', async () => {
  const late = await followed(async (context) => {
    await context.checkpoint({ phase: 'Evaluating Two-tower', part: 'evaluation' });
    throw new Error('broken');
  });
  expect(late.states.at(-1)).toBe('succeeded failed');
  const early = await followed(async () => {
    throw new Error('broken');
  });
  expect(early.states.at(-1)).toBe('failed waiting');
});

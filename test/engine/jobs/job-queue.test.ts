import { expect, test } from 'vitest';
import { EngineError } from '#contract/errors';
import type { EngineEvent } from '#contract/events';
import { createJobQueue } from '../../../engine/jobs/job-queue.ts';

function queueWithEvents() {
  const events: EngineEvent[] = [];
  const bugs: unknown[] = [];
  const queue = createJobQueue(
    (event) => events.push(event),
    (error) => bugs.push(error),
  );
  return { queue, events, bugs };
}

test('a job that ends well keeps its result', async () => {
  const { queue } = queueWithEvents();
  const { id } = queue.start('train', 'Train', async () => ({ run: 'run-1' }));
  const job = await queue.wait(id);
  expect(job).toMatchObject({ status: 'succeeded', result: { run: 'run-1' } });
  expect(job.endedAt).toBeDefined();
});

test('jobs run one after the other, in the order in which they came', async () => {
  const { queue } = queueWithEvents();
  const order: string[] = [];
  const slow = queue.start('a', 'slow', async () => {
    order.push('a begins');
    await new Promise((resolve) => setTimeout(resolve, 30));
    order.push('a ends');
  });
  const quick = queue.start('b', 'quick', async () => order.push('b begins'));
  expect(queue.get(quick.id).status).toBe('queued');
  await queue.wait(slow.id);
  await queue.wait(quick.id);
  expect(order).toEqual(['a begins', 'a ends', 'b begins']);
});

test('a cancelled job stops at its next checkpoint, shows no error, and lets the next one run', async () => {
  const { queue } = queueWithEvents();
  let steps = 0;
  const endless = queue.start('train', 'endless', async (work) => {
    for (;;) {
      steps += 1;
      await work.checkpoint({ phase: 'train', done: steps });
    }
  });
  const next = queue.start('other', 'next', async () => 'done');
  await new Promise((resolve) => setTimeout(resolve, 20));
  queue.cancel(endless.id);
  const job = await queue.wait(endless.id);
  expect(job.status).toBe('cancelled');
  expect(job.error).toBeUndefined();
  expect((await queue.wait(next.id)).result).toBe('done');
});

test('a job that waits is cancelled without ever running', async () => {
  const { queue } = queueWithEvents();
  let ran = false;
  const first = queue.start('a', 'first', () => new Promise((resolve) => setTimeout(resolve, 30)));
  const waiting = queue.start('b', 'waiting', async () => {
    ran = true;
  });
  queue.cancel(waiting.id);
  await queue.wait(first.id);
  expect((await queue.wait(waiting.id)).status).toBe('cancelled');
  expect(ran).toBe(false);
});

test('a failure that somebody meant keeps its code and message, and is no bug', async () => {
  const { queue, bugs } = queueWithEvents();
  const { id } = queue.start('import', 'Import', async () => {
    throw new EngineError('bad_data', 'x.csv has no user column.', { file: 'x.csv' });
  });
  const job = await queue.wait(id);
  expect(job.error).toEqual({ code: 'bad_data', message: 'x.csv has no user column.', details: { file: 'x.csv' } });
  expect(bugs).toEqual([]);
});

test('anything else that is thrown is a bug, and is told as such', async () => {
  const { queue, bugs } = queueWithEvents();
  const bug = new TypeError('x is undefined');
  const { id } = queue.start('import', 'Import', async () => {
    throw bug;
  });
  expect((await queue.wait(id)).error?.code).toBe('internal');
  expect(bugs).toEqual([bug]);
});

test('progress is told at each change of phase, and a stage that ran when the job failed is marked failed', async () => {
  const { queue, events } = queueWithEvents();
  const { id } = queue.start('build', 'Build', async (work) => {
    work.setStages([
      { id: 'one', label: 'One', status: 'waiting' },
      { id: 'two', label: 'Two', status: 'waiting' },
    ]);
    work.updateStage('one', { status: 'running' });
    await work.checkpoint({ phase: 'read', done: 1, total: 4 });
    await work.checkpoint({ phase: 'write', done: 2, total: 4 });
    throw new EngineError('bad_data', 'No.');
  });
  const job = await queue.wait(id);
  expect(job.stages?.map((stage) => stage.status)).toEqual(['failed', 'waiting']);
  const phases = events.flatMap((event) => (event.type === 'job.changed' && event.job.progress ? [event.job.progress.phase] : []));
  expect(phases).toContain('read');
  expect(phases).toContain('write');
});

test('the time that is left follows from the steps done so far in this phase', async () => {
  const { queue } = queueWithEvents();
  const { id } = queue.start('train', 'Train', async (work) => {
    await work.checkpoint({ phase: 'train', done: 0, total: 100 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    await work.checkpoint({ phase: 'train', done: 50, total: 100 });
    return queue.list()[0]?.remainingSeconds;
  });
  // 50 of 100 took the time that passed, so the other 50 take about the same.
  const remaining = (await queue.wait(id)).result as number;
  expect(remaining).toBeGreaterThanOrEqual(0.55);
  expect(remaining).toBeLessThan(30);
});

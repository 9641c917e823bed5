import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { PipelineResult } from '#contract/pipeline';
import type { Run } from '#contract/run';
import { createRandom } from '../../../engine/math/random.ts';
import { type TestEngine, withEngine } from '../../support/engine.ts';

const users = 60;
const items = 40;

/** A workspace with 3,000 interactions, one an hour, the first `untimed` of a shuffle without a time. */
async function withInteractions(engine: TestEngine, untimed: number): Promise<void> {
  const random = createRandom(4, 'untimed');
  const positions = Int32Array.from({ length: 3000 }, (_, at) => at);
  random.shuffle(positions);
  const without = new Set(positions.slice(0, untimed));
  const lines = Array.from({ length: 3000 }, (_, at) => {
    const time = without.has(at) ? '' : new Date(Date.UTC(2024, 0, 1) + at * 3_600_000).toISOString();
    return `u${random.integer(users)},i${Math.floor(items * random.next() ** 1.5)},like,${time}`;
  });
  await engine.call('workspace.create', { path: path.join(engine.folder, 'w') });
  const file = path.join(engine.folder, 'events.csv');
  await writeFile(file, `user_id,item_id,event_type,timestamp\n${lines.join('\n')}\n`);
  expect((await engine.run('data.import', { paths: [file] })).error).toBeUndefined();
}

test('a few interactions without a time do not keep a recommender from being built: they are the oldest', { timeout: 240_000 }, () =>
  withEngine(async (engine) => {
    await withInteractions(engine, 30);
    const built = await engine.run('pipeline.build', { params: { epochs: 2 }, serve: false });
    expect(built.error).toBeUndefined();
    const { run, ranker } = built.result as PipelineResult;
    const { split, counts } = (await engine.call('run.get', { id: run })) as Run;
    expect(split).toEqual({ kind: 'temporal', testShare: 0.2 });
    expect(counts.train).toBe(2400);
    expect(ranker).not.toBeNull();
    const { lines } = await engine.call('job.log', { id: built.id });
    expect(lines.map(({ text }) => text)).toContain('30 of 3000 interactions have no timestamp; they count as older than all others.');
    const last = await engine.run('run.train', { model: 'popularity', split: { kind: 'leave-last-out' } });
    expect((last.result as Run).counts.testUsers).toBe(users);
  }),
);

test('a build splits as it is asked to, and says why it then has no ranking model', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    await withInteractions(engine, 0);
    const built = await engine.run('pipeline.build', { params: { epochs: 2 }, split: { kind: 'leave-last-out' }, serve: false });
    expect(built.error).toBeUndefined();
    const { run, ranker } = built.result as PipelineResult;
    expect((await engine.call('run.get', { id: run })).split).toEqual({ kind: 'leave-last-out' });
    expect(ranker).toBeNull();
    expect(built.stages?.find(({ id }) => id === 'ranking')?.detail).toMatch(/^Skipped: the split is "leave-last-out"/);
  }),
);

test('where many lack a time, a split by time is refused with how many', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    await withInteractions(engine, 31);
    const { error } = await engine.run('run.train', { model: 'popularity', split: { kind: 'temporal', testShare: 0.2 } });
    expect(error).toMatchObject({
      code: 'bad_data',
      message: '31 of 3000 interactions have no timestamp, so they cannot be split by time. Use the split "ratio", or import timestamps.',
    });
  }),
);

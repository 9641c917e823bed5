import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Checkpoint, TrainingStage } from '#contract/checkpoint';
import type { Job } from '#contract/job';
import type { InputOf } from '#contract/operations';
import type { Run } from '#contract/run';
import { type TestEngine, withEngine, withSampleData } from '../../support/engine.ts';

beforeEach(() => vi.stubEnv('RECSMITH_CHECKPOINT_SECONDS', '0'));
afterEach(() => vi.unstubAllEnvs());

const checkpointsOf = (engine: TestEngine): string => path.join(engine.folder, 'w', 'checkpoints');

/** The checkpoint that a running training has written, once it is as far as that. */
async function checkpointAt(engine: TestEngine, stage: TrainingStage, epoch: number): Promise<Checkpoint> {
  for (;;) {
    for (const name of await readdir(checkpointsOf(engine)).catch(() => [])) {
      const text = await readFile(path.join(checkpointsOf(engine), name, 'checkpoint.json'), 'utf8').catch(() => 'null');
      const checkpoint = JSON.parse(text) as Checkpoint | null;
      if (checkpoint && checkpoint.stage === stage && checkpoint.epoch >= epoch) return checkpoint;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What must be the same of two runs of one training. What was measured in time may differ. */
async function digitsOf(engine: TestEngine, { id, metrics, errors, intervals, slices, validation, baselines, ...run }: Run) {
  const arrays = await readFile(path.join(engine.folder, 'w', 'runs', id, 'model.safetensors'));
  const { bestEpoch, settled, counts, curve, params, testFingerprint, dataFingerprint, oracle } = run;
  return {
    ...{ metrics, errors, intervals, slices, validation, baselines, oracle },
    ...{ bestEpoch, settled, counts, curve, params, testFingerprint, dataFingerprint },
    arrays: arrays.toString('base64'),
  };
}

test.each([
  ['bpr', { dimensions: 16, epochs: 10, patience: 10 }],
  ['two-tower', { dimensions: 16, epochs: 6, patience: 6 }],
])(
  'a training of %s that is killed in the search, and once more in the final fit, goes on to the same run, to the last bit',
  { timeout: 120_000 },
  (model, params) =>
    withEngine(async (engine) => {
      await withSampleData(engine);
      const whole = (await engine.run('run.train', { model, params })).result as Run;
      expect(await readdir(checkpointsOf(engine))).toEqual([]);

      let job = await engine.call('run.train', { model, params });
      for (const stage of ['search', 'final'] as const) {
        const seen = await checkpointAt(engine, stage, 2);
        engine.children.at(-1)?.child.kill();
        expect(await engine.ended(job.id)).toMatchObject({ status: 'failed', error: { code: 'process_died' }, checkpoint: seen.id });
        const [listed, ...others] = await engine.call('checkpoint.list', {});
        expect(others).toEqual([]);
        expect(listed).toMatchObject({ id: seen.id, model, stage, startedAt: seen.startedAt });
        expect(listed?.seconds).toBeGreaterThanOrEqual(seen.seconds);
        job = await engine.call('checkpoint.resume', {});
        expect(await engine.call('checkpoint.list', {})).toEqual([]);
      }
      const ended = await engine.ended(job.id);
      expect(ended.status).toBe('succeeded');
      expect(ended.checkpoint).toBeUndefined();
      expect(await digitsOf(engine, ended.result as Run)).toEqual(await digitsOf(engine, whole));
      expect(await readdir(checkpointsOf(engine))).toEqual([]);
    }),
);

const long = { model: 'bpr', params: { dimensions: 16, epochs: 1000, patience: 1000 } };

/** A training that was stopped as soon as it had a checkpoint. */
async function cancelled(engine: TestEngine, input: InputOf<'run.train'> = long): Promise<{ job: Job; checkpoint: Checkpoint }> {
  const { id } = await engine.call('run.train', input);
  const checkpoint = await checkpointAt(engine, 'search', 1);
  await engine.call('job.cancel', { id });
  return { job: await engine.ended(id), checkpoint };
}

const logOf = async (engine: TestEngine, { id }: Job): Promise<string[]> =>
  (await engine.call('job.log', { id })).lines.map(({ text }) => text);

test('a training that is cancelled says from where it can be resumed, and is discarded by hand', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const { job, checkpoint } = await cancelled(engine);
    expect(job).toMatchObject({ status: 'cancelled', checkpoint: checkpoint.id });
    expect((await logOf(engine, job)).at(-1)).toMatch(/^Kept as of epoch \d+ of the search: the training can be resumed from there\.$/);
    const [listed] = await engine.call('checkpoint.list', {});
    expect(listed).toMatchObject({ label: 'BPR-MF', stage: 'search', data: { users: 120, items: 80 }, input: { model: 'bpr', seed: 42 } });
    // Of 16 dimensions and two contenders at most: more than their vectors, and no more than ten times as much.
    expect(listed?.bytes).toBeGreaterThan((120 + 80) * 16 * 4);

    await engine.call('checkpoint.discard', { id: checkpoint.id });
    expect(await readdir(checkpointsOf(engine))).toEqual([]);
    await expect(engine.call('checkpoint.resume', {})).rejects.toMatchObject({ code: 'not_found' });
    await expect(engine.call('checkpoint.resume', { id: '../runs' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(engine.call('checkpoint.discard', { id: checkpoint.id })).rejects.toMatchObject({ code: 'not_found' });
  }),
);

test('a training that goes on already is not resumed twice, nor discarded', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const { checkpoint } = await cancelled(engine);
    const { id } = await engine.call('checkpoint.resume', { id: checkpoint.id });
    await expect(engine.call('checkpoint.resume', { id: checkpoint.id })).rejects.toMatchObject({ code: 'conflict' });
    await expect(engine.call('checkpoint.discard', { id: checkpoint.id })).rejects.toThrow(/Cancel its job first/);
    await engine.call('job.cancel', { id });
    expect(await engine.ended(id)).toMatchObject({ status: 'cancelled', checkpoint: checkpoint.id });
    expect(await engine.call('checkpoint.list', {})).toMatchObject([{ id: checkpoint.id }]);
  }),
);

test('after the data has changed it is refused with what is different, and the same training can be had anew', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const { checkpoint } = await cancelled(engine, { ...long, seed: 9 });
    const file = path.join(engine.folder, 'more.csv');
    await writeFile(file, 'user_id,item_id,timestamp\nnew-user,new-item,2030-01-01T00:00:00Z\nnew-user,newer-item,2030-01-02T00:00:00Z\n');
    await engine.run('data.import', { paths: [file] });
    const refused = await engine.run('checkpoint.resume', {});
    expect(refused).toMatchObject({ status: 'failed', error: { code: 'conflict', details: { changed: true } }, checkpoint: checkpoint.id });
    expect(refused.error?.message).toMatch(
      /^The data has changed \(2 more interactions, 1 more user, 2 more items\) since the training was interrupted/,
    );
    const [listed] = await engine.call('checkpoint.list', {});
    expect(listed?.input).toMatchObject({ ...long, seed: 9 });
  }),
);

test('a checkpoint of another version is refused', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const { checkpoint } = await cancelled(engine);
    const file = path.join(checkpointsOf(engine), checkpoint.id, 'checkpoint.json');
    await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as Checkpoint), version: '0.0.0-other' }));
    await expect(engine.call('checkpoint.resume', {})).rejects.toThrow(
      'The checkpoint was written by Recsmith 0.0.0-other, and this is 0.0.0-test.',
    );
  }),
);

test('a model that does not learn by epochs leaves nothing to resume, and says so', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const { id } = await engine.call('run.train', { model: 'item-knn' });
    while (engine.children.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    engine.children.at(-1)?.child.kill();
    const job = await engine.ended(id);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'process_died' } });
    expect(job.checkpoint).toBeUndefined();
    expect(await logOf(engine, job)).toContain('Item-KNN does not learn by epochs: there is nothing to resume.');
    const models = await engine.call('model.list', {});
    const resumable = (name: string) => models.find((model) => model.id === name)?.resumable;
    expect([resumable('bpr'), resumable('item-knn'), resumable('hybrid'), resumable('neural-ranker')]).toEqual([
      true,
      false,
      false,
      undefined,
    ]);
  }),
);

test('a damaged checkpoint is refused in words, and removed', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const { checkpoint } = await cancelled(engine);
    const folder = path.join(checkpointsOf(engine), checkpoint.id);
    const { arrays } = JSON.parse(await readFile(path.join(folder, 'checkpoint.json'), 'utf8')) as Checkpoint;
    await truncate(path.join(folder, arrays), 100);
    const job = await engine.run('checkpoint.resume', {});
    expect(job).toMatchObject({ status: 'failed', error: { code: 'bad_data' } });
    expect(job.error?.message).toMatch(/^The checkpoint is damaged and was removed\. Train again\./);
    expect(job.checkpoint).toBeUndefined();
    expect(await readdir(checkpointsOf(engine))).toEqual([]);
  }),
);

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { entry, recsmith, recsmithJson } from '../../support/cli.ts';
import { withFolder } from '../../support/folders.ts';

/** A small world: generated data, imported into a workspace. */
async function withSample<T>(use: (paths: { folder: string; data: string; workspace: string; state: string }) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const state = path.join(folder, 'state');
    const data = path.join(folder, 'data');
    const workspace = path.join(folder, 'w');
    await recsmithJson(['generate', '--users', '120', '--items', '80', '--events', '6000', '--seed', '7', '--out', data], { state });
    await recsmithJson(['init', workspace], { state });
    await recsmithJson(['import', workspace, data], { state });
    return use({ folder, data, workspace, state });
  });
}

test('from data to a served list, one command after the other', { timeout: 240_000 }, () =>
  withSample(async ({ folder, data, workspace, state }) => {
    const again = await recsmithJson<{ accepted: number; files: { unchanged: boolean }[] }>(['import', workspace, data], { state });
    expect(again.accepted).toBe(0);
    expect(again.files.every((file) => file.unchanged)).toBe(true);

    const profile = await recsmithJson<{ users: number; items: number; interactions: number }>(['profile', workspace], { state });
    expect(profile).toMatchObject({ users: 120, items: 80, interactions: 6000 });

    const train = ['train', workspace, '--model', 'two-tower', '--set', 'epochs=3', '--k', '10'];
    const run = await recsmithJson<{ run_id: string; metrics: Record<string, number>; baselines: { model: string }[]; oracle: object }>(
      train,
      { state },
    );
    expect(run.metrics['ndcg@10']).toBeGreaterThan(0);
    expect(run.baselines.map((baseline) => baseline.model).sort()).toEqual(['item-knn', 'popularity']);
    expect(run.oracle).toHaveProperty('ndcg@10');
    const repeated = await recsmithJson<{ metrics: object }>(train, { state });
    expect(repeated.metrics).toEqual(run.metrics);

    const out = path.join(folder, 'lists.csv');
    await recsmithJson(['recommend', workspace, '--run', run.run_id, '--users', 'all', '--k', '5', '--out', out], { state });
    const lines = (await readFile(out, 'utf8')).trim().split('\n');
    expect(lines[0]).toBe('user_id,item_id,rank,score');
    const user = (lines[1] as string).split(',')[0] as string;
    const own = lines.filter((line) => line.startsWith(`${user},`)).map((line) => line.split(',')[1]);
    const one = await recsmithJson<{ recommendations: { itemId: string }[] }>(
      ['recommend', workspace, '--run', run.run_id, '--user', user, '--k', '5'],
      { state },
    );
    expect(one.recommendations.map((entry) => entry.itemId)).toEqual(own);

    const index = await recsmithJson<{ kind: string; recall: { value: number } }>(['index', workspace, '--run', run.run_id], { state });
    expect(index.recall.value).toBeGreaterThan(0.99);

    const bundle = path.join(folder, 'out.recsmith');
    const { files, sizeBytes } = await recsmithJson(['bundle', workspace, '--run', run.run_id, '--out', bundle], { state });
    expect(await recsmithJson(['verify', bundle], { state })).toMatchObject({ ok: true, files, sizeBytes });
    expect(await readdir(bundle)).toHaveLength(files as number);
    const weights = path.join(bundle, 'model.safetensors');
    const bytes = await readFile(weights);
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] as number) ^ 1;
    await writeFile(weights, bytes);
    const refused = await recsmith(['verify', bundle], { state });
    expect(refused.code).toBe(10);
    expect(refused.stderr).toContain('model.safetensors');
  }),
);

test('the evaluator scores lists of any tool', { timeout: 60_000 }, () =>
  withFolder(async (folder) => {
    const file = async (name: string, text: string) => {
      await writeFile(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const train = await file('train.csv', 'user_id,item_id\nu1,a\nu2,b\n');
    const test_ = await file('test.csv', 'user_id,item_id\nu1,b\nu2,a\n');
    // u1 finds b at rank 1: NDCG 1. u2 finds a at rank 2: NDCG 1 / log2(3) = 0.6309. Mean 0.8155.
    const lists = await file('lists.csv', 'user_id,item_id,rank\nu1,b,1\nu1,c,2\nu2,c,1\nu2,a,2\n');
    const scored = await recsmithJson<{ metrics: Record<string, number>; users: number }>(
      ['score', '--train', train, '--test', test_, '--recommendations', lists, '--k', '2'],
      { state: folder },
    );
    expect(scored.users).toBe(2);
    expect(scored.metrics['ndcg@2']).toBeCloseTo((1 + 1 / Math.log2(3)) / 2, 6);
    expect(scored.metrics['hit-rate@2']).toBe(1);
    expect(scored.metrics['mrr@2']).toBeCloseTo(0.75, 6);

    // With values: u2's only test row is below the least one and drops out; u3 has no training rows and no list.
    const rated = await file('rated.csv', 'user_id,item_id,rating\nu1,b,5\nu2,a,3\nu3,z,4\n');
    const words = ['score', '--train', train, '--test', rated, '--recommendations', lists, '--k', '2', '--min-value', '4'];
    const least = await recsmithJson<{ users: number; metrics: Record<string, number>; counts: object }>(words, { state: folder });
    expect([least.users, least.metrics['hit-rate@2']]).toEqual([2, 0.5]);
    expect(least.counts).toEqual({
      trainRowsBelow: 0,
      testRowsBelow: 1,
      testRowsInTraining: 0,
      testRowsRepeated: 0,
      usersLeftOut: 0,
      usersWithoutTraining: 1,
      usersWithoutList: 1,
      itemsWithoutTraining: 1,
    });
    const { stdout } = await recsmith(words, { state: folder });
    expect(stdout).toMatch(
      /\n2 users\ncoverage and Gini: of the 4 items that the three files name .+\nleft out: 1 row below the least value \(1 of the test file\), 0 test rows in training already/,
    );
    expect(stdout).toMatch(/1 user without training rows, 1 user without a list \(zeros\), 1 test item without training rows/);
  }),
);

test('Ctrl-C stops a training cleanly, with exit code 130 and no run left behind', { timeout: 120_000 }, () =>
  withSample(async ({ workspace, state }) => {
    const words = ['train', workspace, '--model', 'two-tower', '--set', 'epochs=400', '--set', 'patience=100', '--set', 'batchSize=16'];
    const stopped = await recsmith(words, { state, signalAfterMs: 4000 });
    expect(stopped.code).toBe(130);
    expect(await recsmithJson(['runs', workspace], { state })).toEqual({ runs: [] });
  }),
);

test(
  'a training that is lost with its whole process is listed and resumed by the next one, with the same metrics',
  { timeout: 120_000 },
  () =>
    withSample(async ({ workspace, state }) => {
      const words = ['train', workspace, '--model', 'bpr', '--set', 'epochs=30', '--set', 'patience=30', '--k', '10'];
      type Printed = { metrics: object; validation: object; bestEpoch: number };
      const whole = await recsmithJson<Printed>(words, { state });
      expect(await recsmithJson(['interrupted', workspace], { state })).toEqual({ interrupted: [] });

      const checkpoints = path.join(workspace, 'checkpoints');
      const killWhen = (): boolean =>
        existsSync(checkpoints) && readdirSync(checkpoints).some((id) => existsSync(path.join(checkpoints, id, 'checkpoint.json')));
      const killed = await recsmith(words, { state, killWhen, env: { RECSMITH_CHECKPOINT_SECONDS: '0' } });
      expect(killed.code).toBeNull();
      const { interrupted } = await recsmithJson<{ interrupted: { id: string }[] }>(['interrupted', workspace], { state });
      expect(interrupted).toMatchObject([{ model: 'bpr', stage: 'search', input: { seed: 42, ks: [10] } }]);
      expect((await recsmith(['interrupted', workspace], { state })).stdout).toMatch(/BPR-MF +epoch \d+ of the search/);

      const { metrics, validation, bestEpoch } = await recsmithJson<Printed>(['resume', workspace], { state });
      expect({ metrics, validation, bestEpoch }).toEqual({
        metrics: whole.metrics,
        validation: whole.validation,
        bestEpoch: whole.bestEpoch,
      });
      expect(await recsmithJson(['interrupted', workspace], { state })).toEqual({ interrupted: [] });
      const nothing = await recsmith(['resume', workspace], { state });
      expect(nothing).toMatchObject({ code: 5, stderr: expect.stringContaining('There is no interrupted training to resume.') });
    }),
);

test('a training that was stopped by Ctrl-C says how to go on, and its checkpoint is deleted on request', { timeout: 120_000 }, () =>
  withSample(async ({ workspace, state }) => {
    // Far longer than the time until the key is pressed.
    const words = ['train', workspace, '--model', 'bpr', '--set', 'epochs=1000', '--set', 'patience=1000', '--set', 'dimensions=512'];
    const stopped = await recsmith(words, { state, signalAfterMs: 5000, env: { RECSMITH_CHECKPOINT_SECONDS: '0' } });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain(`Stopped on request. Go on with: recsmith resume ${workspace}\n`);
    const { interrupted } = await recsmithJson<{ interrupted: { id: string }[] }>(['interrupted', workspace], { state });
    const id = interrupted[0]?.id as string;
    expect((await recsmith(['resume', workspace, '--discard'], { state })).code).toBe(2);
    expect(await recsmithJson(['resume', workspace, id, '--discard'], { state })).toEqual({ discarded: id });
    expect((await recsmith(['resume', workspace, id], { state })).code).toBe(5);
  }),
);

test.each([
  [['dance'], 2, /There is no command "dance"/],
  [['train', 'nowhere', '--model', 'two-tower'], 5, /is not a workspace/],
  [['train', 'nowhere'], 2, /train needs --model/],
  [['init'], 2, /is written: recsmith init W/],
])('%j is refused with exit code %i, in words and without a stack', { timeout: 30_000 }, (words, code, message) =>
  withFolder(async (state) => {
    const outcome = await recsmith(words, { state });
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).not.toMatch(/\n\s+at /);
    expect(outcome.stdout).toBe('');
  }),
);

test('a missing column, an empty file, an unknown model and an unknown parameter each say what to do', { timeout: 120_000 }, () =>
  withSample(async ({ folder, workspace, state }) => {
    const noUser = path.join(folder, 'no-user.csv');
    const empty = path.join(folder, 'empty.csv');
    await writeFile(noUser, 'colour,size\nred,1\nblue,2\n');
    await writeFile(empty, '');
    const outcomes = await Promise.all([recsmith(['import', path.join(folder, 'w2'), noUser], { state })]);
    expect(outcomes[0]?.stderr).toMatch(/is not a workspace/);
    const missing = await recsmith(['import', workspace, noUser], { state });
    expect(missing.code).toBe(4);
    expect(missing.stderr).toMatch(/no-user\.csv/);
    expect(missing.stderr).toMatch(/--map|map/);
    const nothing = await recsmith(['import', workspace, empty], { state });
    expect(nothing.code).toBe(4);
    expect(nothing.stderr).toMatch(/empty\.csv/);
    const absent = await recsmith(['import', workspace, path.join(folder, 'absent.csv')], { state });
    expect(absent.code).toBe(3);
    const model = await recsmith(['train', workspace, '--model', 'magic'], { state });
    expect(model.code).toBe(5);
    expect(model.stderr).toMatch(/two-tower/);
    const parameter = await recsmith(['train', workspace, '--model', 'two-tower', '--set', 'magic=1'], { state });
    expect(parameter.code).toBe(2);
    expect(parameter.stderr).toMatch(/no parameter "magic"/);
    // Nothing of that changed the data.
    expect(await recsmithJson(['profile', workspace], { state })).toMatchObject({ interactions: 6000 });
  }),
);

test('a workspace that somebody has open is refused, naming them', { timeout: 60_000 }, () =>
  withFolder(async (folder) => {
    const state = path.join(folder, 'state');
    const workspace = path.join(folder, 'w');
    await mkdir(state);
    await recsmithJson(['init', workspace], { state });
    const lock = { pid: process.pid, host: (await import('node:os')).hostname(), holder: 'the Recsmith window', since: 'now' };
    await writeFile(path.join(workspace, 'engine.lock'), JSON.stringify(lock));
    const outcome = await recsmith(['profile', workspace], { state });
    expect(outcome.code).toBe(7);
    expect(outcome.stderr).toMatch(/open in the Recsmith window/);
  }),
);

test.skipIf(process.platform === 'win32')(
  'who reads a pipe slowly gets everything, and who leaves early does no harm',
  { timeout: 60_000 },
  () => {
    const words = [process.execPath, entry, 'x'.repeat(100_000), '--json']; // A pipe holds 64 KiB.
    const read = (reader: string): SpawnSyncReturns<string> =>
      spawnSync('sh', ['-c', `{ "$@"; echo "ended with $?" >&2; } | ${reader}`, 'sh', ...words], { encoding: 'utf8' });
    expect(JSON.parse(read('{ sleep 1; cat; }').stdout)).toMatchObject({ error: { code: 'invalid_input' } });
    expect(read('true').stderr).toMatch(/^recsmith: There is no command "x+".*\nended with 2\n$/);
  },
);

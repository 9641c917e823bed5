import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Run } from '#contract/run';
import { createRandom } from '../../../engine/math/random.ts';
import { type TestEngine, withEngine } from '../../support/engine.ts';

const day = 86_400_000;
const start = Date.UTC(2024, 0, 1);

interface Row {
  user: number;
  item: number;
  time: number;
}

/** A hundred days of 60 users with 40 items, some more popular than others and each in fashion at its own time; no pair twice. */
function interactions(): Row[] {
  const random = createRandom(5, 'evaluation story');
  const pairs = new Map<number, Row>();
  for (let i = 0; i < 3000; i++) {
    const user = random.integer(60);
    const item = Math.floor(40 * random.next() ** 1.5);
    const late = random.next() < ((item * 7) % 40) / 40;
    const time = start + day * (late ? 80 + 20 * random.next() : 80 * random.next());
    if (!pairs.has(user * 40 + item)) pairs.set(user * 40 + item, { user, item, time });
  }
  return [...pairs.values()].sort((a, b) => a.time - b.time);
}

async function withWorkspace(engine: TestEngine, itemsCsv?: (rows: Row[]) => string): Promise<Row[]> {
  const rows = interactions();
  await engine.call('workspace.create', { path: path.join(engine.folder, 'w') });
  const events = path.join(engine.folder, 'events.csv');
  const lines = rows.map(({ user, item, time }) => `u${user},i${item},like,${new Date(time).toISOString()}`);
  await writeFile(events, `user_id,item_id,event_type,timestamp\n${lines.join('\n')}\n`);
  expect((await engine.run('data.import', { paths: [events] })).error).toBeUndefined();
  if (itemsCsv) {
    const items = path.join(engine.folder, 'items.csv');
    await writeFile(items, itemsCsv(rows));
    expect((await engine.run('data.import', { paths: [items], as: 'items' })).error).toBeUndefined();
  }
  return rows;
}

async function train(engine: TestEngine, model: string, split: Run['split'], more = {}): Promise<Run> {
  const job = await engine.run('run.train', { model, split, ks: [5], ...more });
  expect(job.error).toBeUndefined();
  return job.result as Run;
}

test('two runs are compared user by user on the same test set, and on no other', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    await withWorkspace(engine);
    const last = { kind: 'leave-last-out' as const };
    const popular = await train(engine, 'popularity', last);
    const knn = await train(engine, 'item-knn', last);
    expect(knn.latencyMs).toBeGreaterThan(0);
    expect(knn.modelBytes).toBeGreaterThan(popular.modelBytes as number);
    expect(knn.slices?.map(({ by }) => by)).toContain('popularity');

    const compared = await engine.call('run.compare', { first: popular.id, second: knn.id, limit: 3 });
    const ndcg = compared.metrics.find(({ name }) => name === 'ndcg@5');
    expect(compared.users).toBe(knn.counts.testUsers);
    expect(ndcg?.second).toBeCloseTo(knn.metrics['ndcg@5'] as number, 6);
    expect(ndcg?.difference).toBeCloseTo((knn.metrics['ndcg@5'] as number) - (popular.metrics['ndcg@5'] as number), 6);
    expect((ndcg?.better ?? 0) + (ndcg?.worse ?? 0) + (ndcg?.same ?? 0)).toBe(compared.users);
    const back = await engine.call('run.compare', { first: knn.id, second: popular.id });
    const reverse = back.metrics.find(({ name }) => name === 'ndcg@5');
    expect([reverse?.difference, reverse?.p]).toEqual([-(ndcg?.difference as number), ndcg?.p]);
    expect(compared.won.every(({ difference }, at) => difference > 0 && difference <= (compared.won[at - 1]?.difference ?? 1))).toBe(true);
    expect(compared.won.map(({ userId }) => userId)).toEqual(back.lost.slice(0, 3).map(({ userId }) => userId));

    const other = await train(engine, 'popularity', { kind: 'ratio', testShare: 0.2 });
    await expect(engine.call('run.compare', { first: other.id, second: knn.id })).rejects.toThrow(
      /different test sets: they were split in different ways/,
    );
    await expect(engine.call('run.compare', { first: knn.id, second: knn.id })).rejects.toMatchObject({ code: 'invalid_input' });

    // A run as it was before single users were kept: it opens, and cannot be compared.
    const folder = path.join(engine.folder, 'w', 'runs', popular.id);
    const manifest = JSON.parse(await readFile(path.join(folder, 'run.json'), 'utf8'));
    for (const name of ['intervals', 'slices', 'modelBytes', 'latencyMs', 'testFingerprint']) delete manifest[name];
    await writeFile(path.join(folder, 'run.json'), JSON.stringify(manifest));
    await rm(path.join(folder, 'evaluation.safetensors'));
    expect((await engine.call('run.get', { id: popular.id })).metrics).toEqual(popular.metrics);
    await expect(engine.call('run.compare', { first: popular.id, second: knn.id })).rejects.toThrow(/Train it again/);
  }),
);

test('a test pair that is in training too stops the training', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    const [seen] = await withWorkspace(engine);
    const file = path.join(engine.folder, 'test.csv');
    await writeFile(file, `user_id,item_id\nu${seen?.user},i${seen?.item}\n`);
    const job = await engine.run('run.train', { model: 'popularity', split: { kind: 'file', path: file } });
    expect(job.error).toMatchObject({ code: 'bad_data', message: expect.stringMatching(/^Leakage: 1 of 1 pairs/) });
  }),
);

const plays = (rows: Row[], before = Number.POSITIVE_INFINITY): number[] =>
  Array.from({ length: 40 }, (_, item) => rows.filter((row) => row.item === item && row.time < before).length);
const csv = (name: string, of: (item: number) => unknown): string =>
  `item_id,${name}\n${Array.from({ length: 40 }, (_, item) => `i${item},${of(item)}`).join('\n')}\n`;

test.each([
  ['a count over the whole time', 'plays', (rows: Row[]) => csv('plays', (item) => plays(rows)[item])],
  ['a date of the table after the cut', 'updated_at', () => csv('updated_at', () => new Date(start + 95 * day).toISOString())],
])('a feature from the future stops a model that uses attributes, and others are told: %s', { timeout: 60_000 }, (_, attribute, items) =>
  withEngine(async (engine) => {
    await withWorkspace(engine, items);
    const refused = await engine.run('run.train', { model: 'two-tower', split: { kind: 'temporal', testShare: 0.2 } });
    expect(refused.error).toMatchObject({ code: 'bad_data', details: { attributes: [`items.${attribute}`] } });
    expect(refused.error?.message).toContain(`Leakage: attribute "${attribute}" of items`);
    const told = await engine.run('run.train', { model: 'popularity', split: { kind: 'temporal', testShare: 0.2 } });
    expect(told.error).toBeUndefined();
    const { lines } = await engine.call('job.log', { id: told.id });
    expect(lines.filter(({ text }) => text.includes(attribute) && text.includes('does not use attributes'))).toHaveLength(1);
  }),
);

test('a count of the training time alone is no leak', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    const rows = interactions();
    const cut = rows[Math.round(0.8 * rows.length)]?.time as number;
    await withWorkspace(engine, () => csv('plays', (item) => plays(rows, cut)[item]));
    const job = await engine.run('run.train', { model: 'popularity', split: { kind: 'temporal', testShare: 0.2 } });
    expect(job.error).toBeUndefined();
    const { lines } = await engine.call('job.log', { id: job.id });
    expect(lines.filter(({ text }) => text.includes('Leakage'))).toEqual([]);
  }),
);

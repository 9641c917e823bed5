import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { PresetName } from '#contract/data';
import { EngineError } from '#contract/errors';
import { generate } from '../../../engine/data/generate.ts';
import { importPaths } from '../../../engine/data/import-paths.ts';
import { readTrainingData } from '../../../engine/data/training-data.ts';
import { sha256File } from '../../../engine/files/atomic.ts';
import { withFolder } from '../../support/folders.ts';
import { quiet, watchedBy, withDatabase } from './helpers.ts';

const files = ['interactions.csv', 'items.csv', 'oracle-items.csv', 'oracle-users.csv', 'oracle.json', 'users.csv'];

test('the same seed gives the same bytes, another seed others', () =>
  withFolder(async (folder) => {
    const hashes = async (name: string, seed: number): Promise<string[]> => {
      const out = path.join(folder, name);
      const result = await generate({ out, users: 60, items: 40, events: 1500, seed }, quiet);
      expect([...result.files].sort()).toEqual(files);
      expect((await readdir(out)).sort()).toEqual(files);
      return Promise.all(files.map((file) => sha256File(path.join(out, file))));
    };
    const first = await hashes('a', 42);
    expect(await hashes('b', 42)).toEqual(first);
    // Written over an older one, the new one is whole.
    const other = await hashes('b', 43);
    expect(other.filter((hash, i) => hash === first[i])).toEqual([]);
  }));

test('as many events, users and items as asked for, in the order of time, each consumed once', () =>
  withFolder(async (folder) => {
    await generate({ out: folder, users: 50, items: 600, events: 3000, seed: 1 }, quiet);
    const rows = (await readFile(path.join(folder, 'interactions.csv'), 'utf8'))
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    expect(rows).toHaveLength(3000);
    expect(new Set(rows.map((row) => row[0])).size).toBe(3000);
    const times = rows.map((row) => Date.parse(row[5] as string));
    expect(times.every((time, i) => i === 0 || time > (times[i - 1] as number))).toBe(true);
    expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThan(80 * 86_400_000);
    const views = rows.filter((row) => row[3] === 'view').map((row) => `${row[1]} ${row[2]}`);
    expect(new Set(views).size).toBe(views.length);
    // A click, like or share follows a view of the same item by the same user.
    expect(rows.every((row) => row[3] === 'view' || views.includes(`${row[1]} ${row[2]}`))).toBe(true);
    expect(new Set(rows.map((row) => row[3]))).toEqual(new Set(['view', 'click', 'like', 'share']));
    const lines = async (file: string): Promise<number> =>
      (await readFile(path.join(folder, file), 'utf8')).trimEnd().split('\n').length - 1;
    expect([await lines('users.csv'), await lines('items.csv')]).toEqual([50, 600]);
  }));

test('a catalogue that everybody has seen is seen again', () =>
  withFolder(async (folder) => {
    await generate({ out: folder, users: 2, items: 2, events: 200, seed: 5 }, quiet);
    expect((await readFile(path.join(folder, 'interactions.csv'), 'utf8')).trimEnd().split('\n')).toHaveLength(201);
  }));

test('stopped on the way, nothing is left behind', () =>
  withFolder(async (folder) => {
    const out = path.join(folder, 'out');
    const stopped = generate(
      { out, users: 500, items: 100, events: 60_000, seed: 1 },
      watchedBy(({ done }) => {
        if (done) throw new EngineError('cancelled', 'Stopped.');
      }),
    );
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(out)).toEqual([]);
    await expect(generate({ out: path.join(folder, 'file', 'x'), users: 2, items: 2, events: 1, seed: 1 }, quiet)).resolves.toMatchObject({
      events: 1,
    });
    const file = path.join(out, '..', 'file', 'x', 'users.csv');
    expect((await stat(file)).isFile()).toBe(true);
    await expect(generate({ out: file, users: 2, items: 2, events: 1, seed: 1 }, quiet)).rejects.toMatchObject({ code: 'unreadable_file' });
  }));

/** Mean NDCG@k over users with training and test items: full catalogue, training items masked, binary relevance. */
function ndcg(scores: (user: number, item: number) => number, train: Set<number>[], held: Set<number>[], items: number, k: number): number {
  let sum = 0;
  let users = 0;
  train.forEach((known, user) => {
    const relevant = held[user] as Set<number>;
    if (known.size === 0 || relevant.size === 0) return;
    const ranked = Array.from({ length: items }, (_, item) => item)
      .filter((item) => !known.has(item))
      .sort((a, b) => scores(user, b) - scores(user, a) || a - b)
      .slice(0, k);
    const gain = ranked.reduce((total, item, i) => total + (relevant.has(item) ? 1 / Math.log2(i + 2) : 0), 0);
    const ideal = Array.from({ length: Math.min(k, relevant.size) }, (_, i) => 1 / Math.log2(i + 2)).reduce((a, b) => a + b, 0);
    sum += gain / ideal;
    users++;
  });
  return sum / users;
}

test('imported in one go; the oracle of its vectors is the one in oracle.json, and popularity is far from it', () =>
  withDatabase(async ({ db, folder }) => {
    const out = path.join(folder, 'sample');
    const result = await generate({ out, users: 300, items: 200, events: 30_000, seed: 42 }, quiet);
    const imported = await importPaths(db, { paths: [out] }, quiet);
    expect(imported).toMatchObject({ rowsRead: 30_500, accepted: 30_500, rejected: 0 });
    const data = await readTrainingData(db, { minValue: 'auto' });
    expect([data.userIds.length, data.itemIds.length, data.interactions.users.length]).toEqual([300, 200, 30_000]);
    expect(data.userFeatures.categories.map((category) => category.name)).toEqual(['cohort']);
    expect(data.itemFeatures.categories.map((category) => category.name)).toEqual(['type', 'topic']);
    expect(data.itemFeatures.lists.map((list) => list.name)).toEqual(['tags']);
    expect(data.itemFeatures.numbers.map((number) => number.name)).toEqual(['difficulty']);
    const cut = Math.round(30_000 * 0.8);
    const train = data.userIds.map(() => new Set<number>());
    const held = data.userIds.map(() => new Set<number>());
    const popularity = new Float64Array(200);
    data.interactions.users.forEach((user, i) => {
      const item = data.interactions.items[i] as number;
      if (i < cut) {
        if (!train[user]?.has(item)) popularity[item] = (popularity[item] as number) + 1;
        train[user]?.add(item);
      } else if (!train[user]?.has(item)) held[user]?.add(item);
    });
    const { users, items } = data.oracle as NonNullable<typeof data.oracle>;
    const score = (user: number, item: number): number => {
      let sum = 0;
      for (let d = 0; d < users.columns; d++)
        sum += (users.data[user * users.columns + d] as number) * (items.data[item * items.columns + d] as number);
      return sum;
    };
    const best = ndcg(score, train, held, 200, 20);
    const told = JSON.parse(await readFile(path.join(out, 'oracle.json'), 'utf8')) as { metrics: Record<string, number> };
    expect(told.metrics).toEqual(result.oracle);
    expect(best).toBeCloseTo(told.metrics['ndcg@20'] as number, 10);
    expect(ndcg((_, item) => popularity[item] as number, train, held, 200, 20)).toBeLessThan(0.7 * best);
    const others = Array.from({ length: 100 }, (_, i) => `other${i},thing${i}`);
    await writeFile(path.join(folder, 'others.csv'), `user_id,item_id\n${others.join('\n')}\n`);
    await importPaths(db, { paths: [path.join(folder, 'others.csv')] }, quiet);
    expect((await readTrainingData(db, { minValue: 'auto' })).oracle).toBeNull();
  }));

test('Parquet holds the very events that CSV does', () =>
  withDatabase(async ({ db, folder }) => {
    const size = { users: 60, items: 40, events: 5000, seed: 3 };
    await generate({ ...size, out: path.join(folder, 'csv') }, quiet);
    const { files } = await generate({ ...size, out: path.join(folder, 'parquet'), format: 'parquet' }, quiet);
    expect(files).toEqual(['interactions-0001.parquet', 'users.csv', 'items.csv', 'oracle-users.csv', 'oracle-items.csv', 'oracle.json']);
    expect(await importPaths(db, { paths: [path.join(folder, 'csv')] }, quiet)).toMatchObject({ rejected: 0 });
    // Each row is there already, by its id and all that it says.
    expect(await importPaths(db, { paths: [path.join(folder, 'parquet', 'interactions-0001.parquet')] }, quiet)).toMatchObject({
      accepted: 0,
      duplicates: 5000,
    });
    const rows = await db.read((session) =>
      session.number(
        `SELECT count(*) FROM (SELECT event_id, user_id, item_id, event_type, round(value, 2), timestamp, session_id FROM interactions
         EXCEPT SELECT event_id, user_id, item_id, event_type, round(value, 2), timestamp, session_id FROM read_parquet('${path.join(folder, 'parquet', 'interactions-0001.parquet')}'))`,
      ),
    );
    expect(rows).toBe(0);
  }));

/** What tells one kind of data from another: how often somebody comes back to an item, how long a session is, how long items live, what is stepped up to. */
async function traits(preset: PresetName) {
  return withDatabase(async ({ db, folder }) => {
    const { oracle } = await generate({ users: 200, items: 300, events: 20_000, seed: 9, out: path.join(folder, 'made'), preset }, quiet);
    await importPaths(db, { paths: [path.join(folder, 'made')] }, quiet);
    const found = await db.read((session) =>
      session.row<{ again: number; session: number; life: number; rise: number; special: bigint }>(
        `SELECT (SELECT 1 - count(DISTINCT (user_id, item_id)) / count(*)::DOUBLE FROM interactions WHERE value IS NOT NULL) AS again,
           (SELECT avg(n) FROM (SELECT count(*) AS n FROM interactions GROUP BY session_id)) AS session,
           (SELECT median(days) FROM (SELECT date_diff('hour', min(timestamp), quantile_disc(timestamp, 0.9)) / 24.0 AS days FROM interactions GROUP BY item_id HAVING count(*) > 20)) AS life,
           (SELECT corr(epoch(timestamp), difficulty) FROM interactions JOIN items USING (item_id)) AS rise,
           (SELECT count(DISTINCT event_type) FROM interactions WHERE event_type IN ('purchase', 'complete')) AS special`,
      ),
    );
    return { ...found, ndcg: oracle['ndcg@10'] as number };
  });
}

test('presets differ in what a model has to get right', async () => {
  const [plain, news, shop, video, learning] = await Promise.all((['plain', 'news', 'shop', 'video', 'learning'] as const).map(traits));
  if (!plain || !news || !shop || !video || !learning) throw new Error('a preset is missing');
  expect(news.life).toBeLessThan(15);
  expect(plain.life).toBeGreaterThan(60);
  expect(video.life).toBeGreaterThan(news.life);
  expect(shop.again).toBeGreaterThan(plain.again + 0.1);
  expect(video.session).toBeGreaterThan(plain.session * 1.4);
  expect(learning.rise).toBeGreaterThan(plain.rise + 0.15);
  expect([shop.special, learning.special, plain.special].map(Number)).toEqual([1, 1, 0]);
  for (const { ndcg } of [plain, news, shop, video, learning]) expect(ndcg).toBeGreaterThan(0.02);
});

import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
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

import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { DatasetRecipe } from '#contract/dataset';
import { createDataset, previewDataset, readDataset, removeDataset, useDataset } from '../../../engine/data/datasets.ts';
import { readTrainingData } from '../../../engine/data/training-data.ts';
import { undoImport } from '../../../engine/data/undo-import.ts';
import { type Desk, quiet, withDatabase } from './helpers.ts';

const rows = [
  'u1,a,view,,2024-01-01T10:00:00Z',
  'u1,a,like,,2024-01-02T10:00:00Z',
  'u1,b,view,,2024-01-03T10:00:00Z',
  'u2,a,rating,5,2024-01-03T11:00:00Z',
  'u2,b,rating,2,2024-01-04T11:00:00Z',
  'u3,a,view,,2024-02-01T00:00:00Z',
  ...Array.from({ length: 5 }, (_, at) => `robot,c${at},view,,2024-01-05T10:00:0${at}Z`),
  'u4,d,view,,',
];

async function fill({ put, import: run }: Desk): Promise<void> {
  await run(await put('events.csv', `user_id,item_id,event_type,value,timestamp\n${rows.join('\n')}\n`));
  await run(await put('items.csv', 'item_id,colour\na,red\nb,blue\nz,green\n'));
}

const recipe = (given: Partial<DatasetRecipe>): DatasetRecipe => ({ seed: 42, ...given });

/** Step, rows removed, rows, users and items left. */
const shown = async (desk: Desk, given: Partial<DatasetRecipe>): Promise<unknown[][]> =>
  (await previewDataset(desk.db, recipe(given), quiet)).map(({ step, removed, interactions, users, items }) => [
    step,
    removed,
    interactions,
    users,
    items,
  ]);

test('each step says what it takes away and what is left', () =>
  withDatabase(async (desk) => {
    await fill(desk);
    const all = ['All interactions', 0, 12, 5, 8];
    expect(await shown(desk, {})).toEqual([all]);
    expect(await shown(desk, { from: '2024-01-02', to: '2024-02-01' })).toEqual([all, ['Time window', 3, 9, 3, 7]]);
    expect(await shown(desk, { eventTypes: ['rating', 'like'] })).toEqual([all, ['Event types', 9, 3, 2, 2]]);
    expect(await shown(desk, { minValue: 4 })).toEqual([all, ['Least value', 1, 11, 5, 8]]);
    expect(await shown(desk, { mostPerDay: 4 })).toEqual([all, ['Robots', 5, 7, 4, 3]]);
    expect(await shown(desk, { mostPerDay: 5 })).toEqual([all, ['Robots', 0, 12, 5, 8]]);
    expect(await shown(desk, { once: 'last' })).toEqual([all, ['Last of each user and item', 1, 11, 5, 8]]);
    // Items of one user leave, then users with one item, then nobody has too little: u1 and u2 with a and b.
    expect(await shown(desk, { minPerUser: 2, minPerItem: 2 })).toEqual([all, ['Core: 2 items a user, 2 users an item', 7, 5, 2, 2]]);
    const [, window] = await previewDataset(desk.db, recipe({ to: '2024-02-01' }), quiet);
    expect(window?.example).toMatch(/^u[34] view [ad]/);
    const [, first] = await previewDataset(desk.db, recipe({ once: 'first' }), quiet);
    expect(first?.example).toBe('u1 like a 2024-01-02 10:00');
  }));

test('a share of the users is the same for the same seed, and of about that size', () =>
  withDatabase(async (desk) => {
    const lines = Array.from({ length: 2000 }, (_, at) => `v${at},a`).join('\n');
    await desk.import(await desk.put('many.csv', `user_id,item_id\n${lines}\n`));
    const left = async (userShare: number, seed: number) =>
      (await previewDataset(desk.db, recipe({ userShare, seed }), quiet)).at(-1)?.users as number;
    const third = await left(0.3, 1);
    // Three standard deviations of a binomial draw are 61.
    expect(Math.abs(third - 600)).toBeLessThan(62);
    expect(await left(0.3, 1)).toBe(third);
    expect(await left(0.3, 2)).not.toBe(third);
    expect(await left(0.6, 1)).toBeGreaterThan(third);
  }));

test('a dataset stays what it was when the workspace changes, and a changed file is refused', () =>
  withDatabase(async (desk) => {
    await fill(desk);
    const folder = path.join(desk.folder, 'datasets');
    const made = await createDataset(desk.db, folder, { name: 'core', recipe: recipe({ minPerUser: 2, minPerItem: 2 }) }, quiet);
    expect(made).toMatchObject({ name: 'core', counts: { interactions: 5, users: 2, items: 2 } });
    expect(await readDataset(folder, made.id)).toEqual(made);
    const read = () => readTrainingData(desk.db, { minValue: 'auto' }, (session) => useDataset(session, folder, made));
    const before = await read();
    // Of the ratings the 2 is not positive; the item that nobody has is not there.
    expect(before).toMatchObject({ userIds: ['u1', 'u2'], itemIds: ['a', 'b'] });
    expect(before.interactions.items).toEqual(Int32Array.of(0, 0, 1, 0));
    expect(before.itemFeatures.categories).toMatchObject([{ name: 'colour', vocabulary: ['blue', 'red'] }]);
    await desk.import(await desk.put('more.csv', 'user_id,item_id\nu1,z\n'));
    await desk.import(await desk.put('items.csv', 'item_id,colour,price\na,black,3\nb,white,4\n'));
    await undoImport(desk.db, 'import-1');
    expect((await read()).fingerprint).toBe(before.fingerprint);
    // The workspace itself is read as ever.
    expect((await readTrainingData(desk.db, { minValue: 'auto' })).userIds).toEqual(['u1']);
    await writeFile(path.join(folder, made.id, 'interactions.parquet'), 'else');
    await expect(read()).rejects.toMatchObject({ code: 'bad_data', message: expect.stringContaining('not the data that was frozen') });
    await removeDataset(folder, made.id);
    await expect(readDataset(folder, made.id)).rejects.toMatchObject({ code: 'not_found' });
    await rm(folder, { recursive: true });
  }));

test('a recipe that leaves nothing is refused with the step that took the last', () =>
  withDatabase(async (desk) => {
    await fill(desk);
    const folder = path.join(desk.folder, 'datasets');
    await expect(
      createDataset(desk.db, folder, { name: 'none', recipe: recipe({ eventTypes: ['like'], minPerItem: 2 }) }, quiet),
    ).rejects.toMatchObject({
      code: 'bad_data',
      message: expect.stringContaining('Core: 2 users an item'),
    });
  }));

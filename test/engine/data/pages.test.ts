import path from 'node:path';
import { expect, test } from 'vitest';
import { countEntities, hasTimestamps, readHistory, searchUsers } from '../../../engine/data/entities.ts';
import { exportTable } from '../../../engine/data/export-table.ts';
import { readPairs } from '../../../engine/data/pairs.ts';
import { previewFile } from '../../../engine/data/preview.ts';
import { readProfile } from '../../../engine/data/profile.ts';
import { readRows } from '../../../engine/data/rows.ts';
import { readSeries } from '../../../engine/data/series.ts';
import { type Desk, withDatabase } from './helpers.ts';

const events = `user_id,item_id,event_type,value,timestamp
ann,x,view,,2024-01-01T10:00:00Z
ann,y,like,,2024-01-02T10:00:00Z
bob,x,view,,2024-01-01T11:00:00Z
bob,x,click,2,2024-01-01T11:00:01Z
`;
const items = 'item_id,title,tags,price\nx,Ex,red|blue,1.5\ny,Why,red,\nz,Zed,,3\n';

async function fill({ put, import: run }: Desk): Promise<void> {
  await run(await put('events.csv', events));
  await run(await put('items.csv', items));
  await run(await put('users.csv', 'user_id,city\nann,Oslo\ncleo,Rome\n'));
}

test('pages of rows: interactions newest first, items by id', () =>
  withDatabase(async (desk) => {
    await fill(desk);
    const page = await readRows(desk.db, { table: 'interactions', offset: 1, limit: 2 });
    expect(page).toMatchObject({ offset: 1, total: 4 });
    expect(page.columns.map((column) => column.name)).toEqual([
      'event_id',
      'user_id',
      'item_id',
      'event_type',
      'value',
      'timestamp',
      'session_id',
      'context',
    ]);
    expect(page.rows.map((row) => row.slice(1, 6))).toEqual([
      ['bob', 'x', 'click', 2, '2024-01-01T11:00:01.000Z'],
      ['bob', 'x', 'view', null, '2024-01-01T11:00:00.000Z'],
    ]);
    // Ids of interactions that came without one: made of what they say, different for each.
    const ids = (await desk.table('interactions')).map((row) => row.event_id);
    expect(ids.every((id) => /^[0-9a-f]{32}$/.test(String(id)))).toBe(true);
    expect(new Set(ids).size).toBe(4);
    expect(await readRows(desk.db, { table: 'items', offset: 0, limit: 10 })).toEqual({
      columns: [
        { name: 'item_id', type: 'id' },
        { name: 'title', type: 'text' },
        { name: 'tags', type: 'list' },
        { name: 'price', type: 'number' },
      ],
      rows: [
        ['x', 'Ex', 'red|blue', 1.5],
        ['y', 'Why', 'red', null],
        ['z', 'Zed', null, 3],
      ],
      offset: 0,
      total: 3,
    });
    expect(await readRows(desk.db, { table: 'rejects', offset: 0, limit: 10 })).toMatchObject({ rows: [], total: 0 });
  }));

test('users are found by the start of the id, the most active first', () =>
  withDatabase(async (desk) => {
    await fill(desk);
    expect(await searchUsers(desk.db, '', 10)).toEqual([
      { userId: 'ann', interactions: 2 },
      { userId: 'bob', interactions: 2 },
      { userId: 'cleo', interactions: 0 },
    ]);
    expect(await searchUsers(desk.db, 'b', 10)).toEqual([{ userId: 'bob', interactions: 2 }]);
    expect(await searchUsers(desk.db, "%' OR true --", 10)).toEqual([]);
    expect(await readHistory(desk.db, 'ann', 1)).toEqual([
      { itemId: 'y', eventType: 'like', value: null, timestamp: '2024-01-02T10:00:00.000Z' },
    ]);
  }));

test('the profile counts what is there', () =>
  withDatabase(async (desk) => {
    await fill(desk);
    expect(await countEntities(desk.db)).toEqual({ users: 3, items: 3, interactions: 4 });
    expect(await hasTimestamps(desk.db)).toBe(true);
    const profile = await readProfile(desk.db);
    expect(profile).toMatchObject({
      users: 3,
      items: 3,
      interactions: 4,
      firstAt: '2024-01-01T10:00:00.000Z',
      lastAt: '2024-01-02T10:00:00.000Z',
    });
    // ann-x, ann-y, bob-x of 3 × 3 pairs.
    expect(profile.density).toBeCloseTo(3 / 9);
    // Items were met 0, 1 and 3 times: 2 · (1·0 + 2·1 + 3·3) / (3 · 4) − 4 / 3 = 0.5.
    expect(profile.itemGini).toBeCloseTo(0.5);
    expect(profile.eventTypes).toEqual([
      { type: 'view', count: 2, weight: 0.1 },
      { type: 'click', count: 1, weight: 0.3 },
      { type: 'like', count: 1, weight: 0.7 },
    ]);
    const column = (table: string, name: string): unknown =>
      profile.columns.find((entry) => entry.table === table && entry.column === name);
    expect(column('items', 'tags')).toEqual({
      table: 'items',
      column: 'tags',
      type: 'list',
      rows: 3,
      missing: 1,
      distinct: 2,
      min: 'blue',
      max: 'red',
      top: [
        { value: 'red', count: 2 },
        { value: 'blue', count: 1 },
      ],
    });
    expect(column('items', 'price')).toMatchObject({ type: 'number', missing: 1, min: '1.5', max: '3', top: [] });
    expect(column('interactions', 'value')).toMatchObject({ rows: 4, missing: 3, distinct: 1 });
    expect(await readSeries(desk.db)).toEqual({
      daily: [
        { day: '2024-01-01', type: 'click', count: 1 },
        { day: '2024-01-01', type: 'view', count: 2 },
        { day: '2024-01-02', type: 'like', count: 1 },
      ],
      popularity: [
        { rank: 1, count: 3, cumulative: 0.75 },
        { rank: 2, count: 1, cumulative: 1 },
      ],
    });
  }));

test('an empty database has an empty profile', () =>
  withDatabase(async ({ db }) => {
    expect(await readProfile(db)).toMatchObject({
      users: 0,
      items: 0,
      interactions: 0,
      density: 0,
      itemGini: 0,
      firstAt: null,
      eventTypes: [],
    });
    expect(await readSeries(db)).toEqual({ daily: [], popularity: [] });
    expect(await hasTimestamps(db)).toBe(false);
  }));

test('a long popularity curve is thinned to at most 500 points with both ends', () =>
  withDatabase(async ({ db, put, import: run }) => {
    await run(await put('many.csv', `user_id,item_id\n${Array.from({ length: 3000 }, (_, i) => `u${i},i${i % 2000}`).join('\n')}\n`));
    const { popularity } = await readSeries(db);
    expect(popularity.length).toBeLessThanOrEqual(500);
    expect(popularity.length).toBeGreaterThan(100);
    expect(popularity[0]).toMatchObject({ rank: 1, count: 2 });
    expect(popularity.at(-1)).toEqual({ rank: 2000, count: 1, cumulative: 1 });
  }));

test('a preview tells format, roles with reasons and first rows, and stores nothing', () =>
  withDatabase(async ({ db, put }) => {
    const preview = await previewFile({
      path: await put('ratings.csv', 'userId,movieId,rating,timestamp,note\n1,10,4.5,964982703,good\n2,20,3,964982704,\n'),
    });
    expect(preview).toMatchObject({
      format: 'csv',
      entity: 'interactions',
      mapping: { user: 'userId', item: 'movieId', value: 'rating', timestamp: 'timestamp' },
      columns: [
        { name: 'userId', type: 'number' },
        { name: 'movieId', type: 'number' },
        { name: 'rating', type: 'number' },
        { name: 'timestamp', type: 'number' },
        { name: 'note', type: 'text' },
      ],
    });
    expect(preview.rows[1]).toEqual(['2', '20', '3', '964982704', '']);
    expect(Object.keys(preview.reasons).sort()).toEqual(Object.keys(preview.mapping).sort());
    expect(await countEntities(db)).toMatchObject({ interactions: 0 });
    const plain = await previewFile({ path: await put('plain.csv', '196,242,3,881250949\n186,302,3,891717742\n') });
    expect(plain.mapping).toEqual({ user: 'column1', item: 'column2', value: 'column3', timestamp: 'column4' });
    expect(plain.rows).toHaveLength(2);
  }));

test('pairs of a file, with rank or value, those below a value left out', () =>
  withDatabase(async ({ put }) => {
    const lists = await readPairs(await put('lists.csv', 'user_id,item_id,rank,score\nu1,b,2,0.5\nu1,a,1,0.9\n'));
    expect(lists).toMatchObject({
      users: ['u1', 'u1'],
      items: ['b', 'a'],
      ranks: Float64Array.of(2, 1),
      values: Float64Array.of(0.5, 0.9),
    });
    const file = await put('test.csv', 'user_id,item_id,rating\nu1,a,5\nu1,b,3\nu2,c,\n');
    expect(await readPairs(file, 4)).toMatchObject({ items: ['a', 'c'], below: 1 });
    expect((await readPairs(file)).below).toBe(0);
    await expect(readPairs(await put('odd.csv', 'user_id,thing\nu1,a\n'))).rejects.toMatchObject({ code: 'bad_data' });
  }));

test('an exported table holds everybody who is known', () =>
  withDatabase(async (desk) => {
    await fill(desk);
    const file = path.join(desk.folder, "it's items.parquet");
    await exportTable(desk.db, 'items', file);
    const users = path.join(desk.folder, 'users.parquet');
    await exportTable(desk.db, 'users', users);
    const read = (name: string): Promise<unknown[]> => desk.db.read((session) => session.rows(`FROM read_parquet($1)`, [name]));
    expect(await read(file)).toEqual([
      { item_id: 'x', title: 'Ex', tags: ['red', 'blue'], price: 1.5 },
      { item_id: 'y', title: 'Why', tags: ['red'], price: null },
      { item_id: 'z', title: 'Zed', tags: null, price: 3 },
    ]);
    expect(await read(users)).toEqual([
      { user_id: 'ann', city: 'Oslo' },
      { user_id: 'bob', city: null },
      { user_id: 'cleo', city: 'Rome' },
    ]);
  }));

test('windows far down are those of the whole order, and follow the data', () =>
  withDatabase(async ({ db, put, import: run }) => {
    const line = (at: number): string => `u${at % 97},i${(at * 31) % 89},${1_700_000_000 + ((at * 7919) % 5000)}`;
    await run(await put('a.csv', `user_id,item_id,timestamp\n${Array.from({ length: 5000 }, (_, at) => line(at)).join('\n')}\n`));
    const page = async (offset: number) =>
      (await readRows(db, { table: 'interactions', offset, limit: 3 })).rows.map((row) => [row[1], row[2], row[5]].join(' '));
    const whole = async () =>
      (
        await db.read((session) =>
          session.rows<{ text: string }>(
            "SELECT concat_ws(' ', user_id, item_id, strftime(timestamp, '%Y-%m-%dT%H:%M:%S.%gZ')) AS text FROM interactions ORDER BY timestamp DESC, rowid DESC",
          ),
        )
      ).map(({ text }) => text);
    expect(await page(4321)).toEqual((await whole()).slice(4321, 4324));
    await run(
      await put(
        'b.csv',
        `user_id,item_id,timestamp\n${Array.from({ length: 50 }, (_, at) => `new${at},i1,${1_700_002_000 + at}`).join('\n')}\n`,
      ),
    );
    expect(await page(4321)).toEqual((await whole()).slice(4321, 4324));
    expect(await page(5048)).toHaveLength(2);
  }));

import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { countEntities, readAttributes } from '../../../engine/data/entities.ts';
import { readTrainingData } from '../../../engine/data/training-data.ts';
import { ml100kFolder } from '../../support/ml-100k.ts';
import { withDatabase } from './helpers.ts';

const expected = [
  { user_id: 'u1', item_id: 'i1', event_type: 'click', value: 1.5, timestamp: '2024-01-02T03:04:05.000Z' },
  { user_id: 'u2', item_id: 'i2', event_type: 'view', value: null, timestamp: '2024-01-01T00:00:00.000Z' },
];

const sources: Record<string, string | Buffer> = {
  'comma.csv': 'user_id,item_id,event_type,value,timestamp\nu1,i1,click,1.5,2024-01-02T03:04:05Z\nu2,i2,view,,2024-01-01T00:00:00Z\n',
  'bom-crlf.csv':
    '\uFEFFuser_id,item_id,event_type,value,timestamp\r\nu1,i1,click,1.5,2024-01-02T03:04:05Z\r\nu2,i2,view,,2024-01-01T00:00:00Z\r\n',
  'quotes.csv':
    '"user_id","item_id","event_type","value","timestamp"\n"u1","i1","click","1.5","2024-01-02 05:04:05+02:00"\n"u2","i2","view","","2024-01-01 00:00:00"\n',
  'tabs.tsv': 'userId\titemId\taction\tprice\tts\nu1\ti1\tclick\t1.5\t1704164645\nu2\ti2\tview\t\t1704067200\n',
  'semicolons.csv': 'uid;movieId;event_type;value;time\nu1;i1;click;1.5;1704164645000\nu2;i2;view;;1704067200000\n',
  'bars.csv': 'user|content_id|event|value|datetime\nu1|i1|click|1.5|1704164645000000\nu2|i2|view||1704067200000000\n',
  'packed.csv.gz': gzipSync(
    'user_id,item_id,event_type,value,timestamp\nu1,i1,click,1.5,2024-01-02T03:04:05Z\nu2,i2,view,,2024-01-01T00:00:00Z\n',
  ),
  'utf16.csv': Buffer.from(
    '\uFEFFuser_id,item_id,event_type,value,timestamp\nu1,i1,click,1.5,2024-01-02T03:04:05Z\nu2,i2,view,,2024-01-01T00:00:00Z\n',
    'utf16le',
  ),
  'lines.jsonl':
    '{"user_id": "u1", "item_id": "i1", "event_type": "click", "value": 1.5, "timestamp": "2024-01-02T03:04:05Z"}\n{"user_id": "u2", "post_id": "x", "item_id": "i2", "event_type": "view", "timestamp": 1704067200}\n',
  'atomic.inter':
    'user_id:token\titem_id:token\tevent_type:token\tvalue:float\ttimestamp:float\nu1\ti1\tclick\t1.5\t1704164645\nu2\ti2\tview\t\t1704067200\n',
};

test.each(Object.keys(sources).filter((name) => name !== 'lines.jsonl'))('%s gives the same interactions as every other format', (name) =>
  withDatabase(async ({ put, import: run, table }) => {
    const result = await run(await put(name, sources[name] as string));
    expect(result).toMatchObject({ rowsRead: 2, accepted: 2, rejected: 0, duplicates: 0 });
    const rows = await table('interactions');
    expect(rows.map(({ user_id, item_id, event_type, value, timestamp }) => ({ user_id, item_id, event_type, value, timestamp }))).toEqual(
      expected,
    );
  }),
);

test('JSON Lines keep members without a role as context', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const lines = [
      { user_id: 'u1', item_id: 'i1', event_type: 'click', value: 1.5, timestamp: '2024-01-02T03:04:05Z', device: 'phone' },
      { user_id: 'u2', item_id: 'i2', timestamp: '2024-01-01T00:00:00Z' },
    ];
    await run(await put('events.jsonl', `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`));
    const rows = await table('interactions');
    expect(rows.map((row) => row.event_type)).toEqual(['click', 'view']);
    expect(JSON.parse(rows[0]?.context as string)).toEqual({ device: 'phone' });
  }));

test('Parquet with typed columns gives the same as text', () =>
  withDatabase(async ({ db, folder, import: run, table }) => {
    const file = path.join(folder, 'events.parquet');
    await db.read((session) =>
      session.run(`COPY (SELECT 'u1' AS user_id, 'i1' AS item_id, 'click' AS event_type, 1.5 AS value, TIMESTAMPTZ '2024-01-02 05:04:05+02' AS timestamp
        UNION ALL SELECT 'u2', 'i2', 'view', NULL, TIMESTAMPTZ '2024-01-01 00:00:00+00') TO '${file}' (FORMAT parquet)`),
    );
    expect(await run(file)).toMatchObject({ rowsRead: 2, accepted: 2 });
    const rows = await table('interactions');
    expect(rows.map(({ user_id, item_id, event_type, value, timestamp }) => ({ user_id, item_id, event_type, value, timestamp }))).toEqual(
      expected,
    );
  }));

test('a file name is no pattern', () =>
  withDatabase(async ({ put, import: run, table }) => {
    await put('odd 1.csv', 'user_id,item_id\nother,x\n');
    expect(await run(await put("odd [1]*?'.csv", 'user_id,item_id\na,x\n,y\n'))).toMatchObject({ accepted: 1, rejected: 1 });
    expect(await table('interactions')).toMatchObject([{ user_id: 'a' }]);
  }));

test('a given mapping wins over the names', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const file = await put('odd.csv', 'who,what,user_id,when\nann,song,session-7,2024-01-01\n');
    const { files } = await run({ paths: [file], map: { user: 'who', item: 'what', session: 'user_id', timestamp: 'when' } });
    expect(files[0]?.mapping).toEqual({ user: 'who', item: 'what', session: 'user_id', timestamp: 'when' });
    expect(await table('interactions')).toMatchObject([
      { user_id: 'ann', item_id: 'song', session_id: 'session-7', timestamp: '2024-01-01T00:00:00.000Z' },
    ]);
  }));

test('ids come back byte for byte, and none of them is another', () =>
  withDatabase(async ({ db, put, import: run }) => {
    const ids = [
      '__proto__',
      '../../etc/passwd',
      '%00',
      '😀',
      'e\u0301',
      '\u00e9',
      'constructor',
      'שלום',
      ' leading',
      '007',
      '7',
      'NULL',
      'a"b',
      "a'b",
      'x'.repeat(1000),
    ];
    const quote = (id: string): string => `"${id.replaceAll('"', '""')}"`;
    await run(await put('ids.csv', `user_id,item_id\n${ids.map((id) => `${quote(id)},${quote(id)}`).join('\n')}\n`));
    const { userIds, itemIds } = await readTrainingData(db, { minValue: 'auto' });
    const byBytes = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(userIds).toEqual(byBytes);
    expect(itemIds).toEqual(byBytes);
  }));

test('users and items keep typed attributes, and a later file adds to them', () =>
  withDatabase(async ({ db, put, import: run, table }) => {
    await run(
      await put(
        'movies.csv',
        'movieId,title,genres,year,added,studio\n1,"Toy Story (1995)",Animation|Comedy,1995,2020-01-01,Pixar\n2,Heat,Action,1995,2020-01-02,\n3,Alone,,1996,2020-01-03,Pixar\n',
      ),
    );
    await run({ paths: [await put('more.csv', 'item_id,title,price\n1,Toy Story,9.5\n4,New,1\n')], as: 'items' });
    const attributes = await readAttributes(db, 'items', ['1', '3', '4', 'none']);
    expect(attributes.get('1')).toEqual({
      title: 'Toy Story',
      genres: ['Animation', 'Comedy'],
      year: 1995,
      added: '2020-01-01T00:00:00.000Z',
      studio: 'Pixar',
      price: 9.5,
    });
    expect(attributes.get('3')).toEqual({ title: 'Alone', year: 1996, added: '2020-01-03T00:00:00.000Z', studio: 'Pixar' });
    expect(attributes.get('4')).toEqual({ title: 'New', price: 1 });
    expect(attributes.has('none')).toBe(false);
    expect(await table('items')).toHaveLength(4);
    const features = (await readTrainingData(db, { minValue: 'auto' })).itemFeatures;
    expect(features.numbers.map((number) => number.name)).toEqual(['year', 'price']);
    expect(features.categories).toMatchObject([{ name: 'studio', vocabulary: ['Pixar'] }]);
  }));

test("MovieLens 100K's own files are known by name: bars, Latin-1, genre flags", () =>
  withDatabase(async ({ db, folder, import: run, table }) => {
    const own = path.join(folder, 'ml');
    await mkdir(own);
    const flags = (...on: number[]): string => Array.from({ length: 19 }, (_, i) => (on.includes(i) ? 1 : 0)).join('|');
    await writeFile(path.join(own, 'u.data'), '196\t1\t3\t881250949\n186\t2\t5\t891717742\n');
    await writeFile(path.join(own, 'u.user'), '196|24|M|technician|85711\n186|53|F|other|T8H1N\n');
    await writeFile(
      path.join(own, 'u.item'),
      Buffer.from(`1|Café (1995)|01-Jan-1995||http://x|${flags(3, 5)}\n2|Heat (1995)|15-Dec-1995||http://y|${flags(1)}\n`, 'latin1'),
    );
    await writeFile(path.join(own, 'u.info'), '943 users\n');
    const { files } = await run(own);
    expect(files.map((file) => [path.basename(file.path), file.entity, file.accepted])).toEqual([
      ['u.data', 'interactions', 2],
      ['u.user', 'users', 2],
      ['u.item', 'items', 2],
    ]);
    expect(await table('interactions')).toMatchObject([
      { user_id: '186', item_id: '2', event_type: 'rating', value: 5, timestamp: '1998-04-04T19:22:22.000Z' },
      { user_id: '196', item_id: '1', event_type: 'rating', value: 3, timestamp: '1997-12-04T15:55:49.000Z' },
    ]);
    expect((await readAttributes(db, 'items', ['1'])).get('1')).toEqual({
      title: 'Café (1995)',
      release_year: '1995',
      genres: ['Animation', 'Comedy'],
    });
    expect((await readAttributes(db, 'users', ['186'])).get('186')).toEqual({
      age: 53,
      gender: 'F',
      occupation: 'other',
      zip_code: 'T8H1N',
    });
  }));

const ml100k = existsSync(path.join(ml100kFolder, 'ml-100k.inter'));

test.skipIf(!ml100k)(
  `MovieLens 100K in RecBole's layout, from one folder${ml100k ? '' : ' (skipped: set RECSMITH_ML100K to its folder)'}`,
  () =>
    withDatabase(async ({ db, import: run }) => {
      const first = await run(ml100kFolder);
      expect(first).toMatchObject({ rowsRead: 102_625, accepted: 102_625, rejected: 0, duplicates: 0 });
      expect(await countEntities(db)).toEqual({ users: 943, items: 1682, interactions: 100_000 });
      const data = await readTrainingData(db, { minValue: 'auto' });
      // 55,375 ratings are 4 or 5.
      expect([data.threshold, data.interactions.users.length]).toEqual([4, 55_375]);
      expect(data.itemFeatures.lists.map((list) => [list.name, list.vocabulary.length])).toEqual([['class', 19]]);
      // Nearly every post code and title stands for one person or film: no features.
      expect(data.userFeatures.categories.map((category) => category.name)).toEqual(['age', 'gender', 'occupation']);
      const again = await run(ml100kFolder);
      expect(again.files.every((file) => file.unchanged)).toBe(true);
      expect((await readTrainingData(db, { minValue: 'auto' })).fingerprint).toBe(data.fingerprint);
    }),
);

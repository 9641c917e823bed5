import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  CompressionType,
  compressionRegistry,
  Table,
  TimestampMicrosecond,
  tableFromArrays,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { expect, test } from 'vitest';
import { EngineError } from '#contract/errors';
import { importPaths } from '../../../engine/data/import-paths.ts';
import { withMemoryDatabase } from '../../../engine/data/memory-database.ts';
import { previewFile } from '../../../engine/data/preview.ts';
import { quiet, watchedBy, withDatabase } from './helpers.ts';

const shown = (rows: Record<string, unknown>[]): string[] =>
  rows
    .map(({ user_id, item_id, event_type, value, timestamp }) => [user_id, item_id, event_type, value ?? '-', timestamp ?? '-'].join(' '))
    .sort();

test('members of members are columns by their path, in lines and in arrays', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const objects = [
      { actor: { id: 'u1', city: 'Bonn' }, object: { sku: 'i1' }, at: 1_700_000_000 },
      { actor: { id: 'u2' }, object: { sku: 'i2' }, at: 1_700_000_060 },
    ];
    const map = { user: 'actor.id', item: 'object.sku', timestamp: 'at' };
    await run({ paths: [await put('a.jsonl', objects.map((object) => JSON.stringify(object)).join('\n'))], map });
    const lines = await table('interactions');
    expect(shown(lines)).toEqual(['u1 i1 view - 2023-11-14T22:13:20.000Z', 'u2 i2 view - 2023-11-14T22:14:20.000Z']);
    expect(JSON.parse(String(lines.find((row) => row.user_id === 'u1')?.context))).toEqual({ 'actor.city': 'Bonn' });
    expect(await run({ paths: [await put('b.json', JSON.stringify(objects, null, 2))], map })).toMatchObject({
      accepted: 0,
      duplicates: 2,
    });
  }));

test('gzip and zstd are unpacked, by what is in the file', () =>
  withDatabase(async ({ folder, put, import: run }) => {
    const text = 'user_id,item_id\nu1,i1\nu2,i2\n';
    const plain = await put('plain.csv', text);
    await withMemoryDatabase(async (session) => {
      await session.run(`COPY (FROM read_csv('${plain}')) TO '${path.join(folder, 'z.csv.zst')}' (HEADER, COMPRESSION zstd)`);
    });
    expect(await run(path.join(folder, 'z.csv.zst'))).toMatchObject({ accepted: 2 });
    expect(await run(await put('g.csv.gz', gzipSync(`${text}u3,i3\n`)))).toMatchObject({ accepted: 1, duplicates: 2 });
    expect(await run(await put('g.jsonl.gz', gzipSync('{"user_id":"u4","item_id":"i1"}\n')))).toMatchObject({ accepted: 1 });
  }));

test('Arrow files and streams: texts, times to the microsecond, large numbers, lists', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const times = vectorFromArray([1_700_000_000_000.25, null], new TimestampMicrosecond());
    const made = new Table({
      user_id: vectorFromArray(['u1', 'ü2'], new Utf8()),
      item_id: vectorFromArray([9_007_199_254_740_993n, 2n]),
      timestamp: times,
      rating: vectorFromArray(Float64Array.of(4, 5)),
    } as never);
    expect(await run(await put('a.arrow', tableToIPC(made, 'file')))).toMatchObject({ accepted: 2, files: [{ format: 'arrow' }] });
    expect(shown(await table('interactions'))).toEqual(['u1 9007199254740993 rating 4 2023-11-14T22:13:20.000Z', 'ü2 2 rating 5 -']);
    expect(await run(await put('a.arrows', tableToIPC(made, 'stream')))).toMatchObject({ accepted: 0, duplicates: 2 });
    // What a codec of the test wrote raw is read by the codec that is asked for by name.
    expect(compressionRegistry.get(CompressionType.LZ4_FRAME)).not.toBeNull();
    const tags = tableFromArrays({ item_id: ['i1', 'i2'], price: Float32Array.of(1, 2) });
    expect(await run({ paths: [await put('items.feather', tableToIPC(tags, 'file'))] })).toMatchObject({
      accepted: 2,
      files: [{ entity: 'items' }],
    });
  }));

test('patterns, and folders that say in their names what is in them', () =>
  withDatabase(async ({ folder, import: run, table }) => {
    for (const [type, day, user] of [
      ['click', '2024-01-01', 'u1'],
      ['purchase', '2024-01-02', 'u2'],
    ]) {
      const inside = path.join(folder, 'log', `type=${type}`, `date=${day}`);
      await mkdir(inside, { recursive: true });
      await writeFile(path.join(inside, 'part-0.csv'), `user_id,item_id\n${user},i1\n`);
      await writeFile(path.join(inside, '_SUCCESS'), '');
    }
    expect(await run(path.join(folder, 'log'))).toMatchObject({ accepted: 2 });
    expect(shown(await table('interactions'))).toEqual([
      'u1 i1 click - 2024-01-01T00:00:00.000Z',
      'u2 i1 purchase - 2024-01-02T00:00:00.000Z',
    ]);
    expect(await run(path.join(folder, 'log', '**', '*.csv'))).toMatchObject({
      accepted: 0,
      files: [{ unchanged: true }, { unchanged: true }],
    });
    await expect(run(path.join(folder, '*.nothing'))).rejects.toMatchObject({
      code: 'bad_data',
      message: expect.stringContaining('No file matches'),
    });
  }));

test('MovieLens 1M and the later ratings.csv, movies.csv, links.csv, tags.csv', () =>
  withDatabase(async ({ folder, import: run, table }) => {
    const write = async (name: string, content: string | Uint8Array): Promise<void> => writeFile(path.join(folder, 'ml', name), content);
    await mkdir(path.join(folder, 'ml'));
    await write('ratings.dat', '1::1193::5::978300760\n2::661::3::978302109\n');
    await write('users.dat', '1::F::1::10::48067\n2::M::56::16::70072\n');
    await write('movies.dat', Buffer.from('1193::Les Mis\u00e9rables (1995)::Drama|Musical\n661::James::Animation\n', 'latin1'));
    expect(await run(path.join(folder, 'ml'))).toMatchObject({ accepted: 6, rejected: 0 });
    expect(shown(await table('interactions'))).toEqual([
      '1 1193 rating 5 2000-12-31T22:12:40.000Z',
      '2 661 rating 3 2000-12-31T22:35:09.000Z',
    ]);
    expect(await table('items')).toMatchObject([{ item_id: '1193', title: 'Les Misérables (1995)' }, { item_id: '661' }]);
    expect(await table('users')).toMatchObject([{ age: 'under 18' }, { age: '56 and over' }]);
    await mkdir(path.join(folder, 'small'));
    for (const [name, text] of Object.entries({
      'ratings.csv': 'userId,movieId,rating,timestamp\n7,1,4.0,964982703\n',
      'movies.csv': 'movieId,title,genres\n1,"Toy, Story",Animation|Comedy\n',
      'links.csv': 'movieId,imdbId,tmdbId\n1,0114709,862\n',
      'tags.csv': 'userId,movieId,tag,timestamp\n7,1,funny,1445714994\n',
    }))
      await writeFile(path.join(folder, 'small', name), text);
    const { files } = await run(path.join(folder, 'small'));
    expect(files.map(({ path: file, entity }) => `${path.basename(file)} ${entity}`)).toEqual([
      'ratings.csv interactions',
      'links.csv items',
      'movies.csv items',
      'tags.csv interactions',
    ]);
    expect(shown(await table('interactions')).filter((row) => row.startsWith('7'))).toEqual([
      '7 1 rating 4 2000-07-30T18:45:03.000Z',
      '7 1 tag - 2015-10-24T19:29:54.000Z',
    ]);
  }));

test("Amazon's reviews, old and new", () =>
  withDatabase(async ({ put, import: run, table }) => {
    await run(
      await put(
        'Books_5.json',
        '{"reviewerID":"A1","asin":"B1","helpful":[1,2],"overall":5.0,"unixReviewTime":1400000000,"reviewTime":"05 13, 2014","style":{"Format:":" Kindle"}}\n',
      ),
    );
    await run(
      await put(
        'Books.jsonl',
        '{"rating":4.0,"title":"x","asin":"B2","parent_asin":"P2","user_id":"A2","timestamp":1588687728923,"helpful_vote":0,"verified_purchase":true}\n',
      ),
    );
    await run(
      await put(
        'meta_Books.jsonl',
        '{"parent_asin":"P2","title":"A book","price":3.5,"categories":["Books","Novels"],"details":{"Publisher":"P"}}\n',
      ),
    );
    expect(shown(await table('interactions'))).toEqual([
      'A1 B1 rating 5 2014-05-13T16:53:20.000Z',
      'A2 B2 rating 4 2020-05-05T14:08:48.923Z',
    ]);
    expect(await table('items')).toMatchObject([{ item_id: 'P2', title: 'A book', 'details.Publisher': 'P' }]);
  }));

test('a table of another DuckDB is read; of several the right one must be named; other databases say what they need', () =>
  withDatabase(async ({ folder, put, import: run, table }) => {
    const other = path.join(folder, 'other.duckdb');
    await withMemoryDatabase(async (session) => {
      await session.run(`ATTACH '${other}' AS made`);
      await session.run(
        "CREATE TABLE made.ratings AS SELECT 'u' || range AS user_id, 'i1' AS item_id, TIMESTAMP '2024-01-01' AS ts FROM range(3)",
      );
      await session.run('CREATE TABLE made.other AS SELECT 1 AS x');
      await session.run('DETACH made');
    });
    await expect(run(other)).rejects.toMatchObject({
      code: 'bad_data',
      message: expect.stringContaining('name one of other, ratings with --table'),
    });
    await expect(run({ paths: [other], table: 'none' })).rejects.toMatchObject({ message: expect.stringContaining('no table “none”') });
    expect(await run({ paths: [other], table: 'ratings' })).toMatchObject({ accepted: 3, files: [{ format: 'database' }] });
    expect(shown(await table('interactions'))).toContain('u0 i1 view - 2024-01-01T00:00:00.000Z');
    const sqlite = await run(await put('x.sqlite', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(200)]))).catch(
      (error: unknown) => error,
    );
    expect(sqlite).toBeInstanceOf(EngineError);
    expect((sqlite as Error).message).toMatch(/SQLite database/);
    const postgres = await run('postgres://reader:secret@127.0.0.1:1/shop').catch((error: unknown) => error);
    expect((postgres as Error).message).toMatch(/Postgres database/);
    expect((postgres as Error).message).not.toContain('secret');
  }));

test('times without a zone are of the zone that is named, others keep their own', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const file = await put(
      't.csv',
      'user_id,item_id,time\nu1,i1,2024-07-01 12:00:00\nu2,i1,2024-07-01T12:00:00Z\nu3,i1,2024-07-01T12:00:00+05:00\n',
    );
    await run({ paths: [file], timeZone: 'Europe/Berlin' });
    expect(shown(await table('interactions'))).toEqual([
      'u1 i1 view - 2024-07-01T10:00:00.000Z',
      'u2 i1 view - 2024-07-01T12:00:00.000Z',
      'u3 i1 view - 2024-07-01T07:00:00.000Z',
    ]);
  }));

test('the same bytes read in another zone are other rows', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const file = await put('t.csv', 'user_id,item_id,time\nu1,i1,2024-07-01 12:00:00\n');
    await run(file);
    expect(await run({ paths: [file], timeZone: 'Asia/Tokyo' })).toMatchObject({ accepted: 1, files: [{ unchanged: false }] });
    expect(await run({ paths: [file], timeZone: 'Asia/Tokyo' })).toMatchObject({ files: [{ unchanged: true }] });
    expect(await table('interactions')).toHaveLength(2);
  }));

test('a chosen mapping is kept for files of the same columns', () =>
  withDatabase(async ({ db, put, import: run, table }) => {
    await run({ paths: [await put('a.csv', 'who,what,when\nu1,i1,2024-01-01\n')], map: { user: 'who', item: 'what' } });
    expect(await run(await put('b.csv', 'who,what,when\nu2,i2,2024-01-02\n'))).toMatchObject({
      accepted: 1,
      files: [{ mapping: { user: 'who', item: 'what' } }],
    });
    expect(await table('interactions')).toHaveLength(2);
    const { recallMappings } = await import('../../../engine/data/mappings.ts');
    const preview = await previewFile({
      path: await put('c.csv', 'what,who,when\ni3,u3,2024-01-02\n'),
      remembered: await recallMappings(db),
    });
    expect(preview).toMatchObject({
      mapping: { user: 'who', item: 'what' },
      reasons: { user: 'as the last time' },
      eventTypes: [{ type: 'view', count: 1 }],
    });
  }));

test('a new version of a file adds, or replaces where that is asked', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const file = await put('log.csv', 'user_id,item_id\nu1,i1\nu2,i1\n');
    await run(file);
    await put('log.csv', 'user_id,item_id\nu2,i1\nu3,i1\n');
    expect(await run(file)).toMatchObject({ accepted: 1, duplicates: 1 });
    expect(shown(await table('interactions'))).toHaveLength(3);
    await put('log.csv', 'user_id,item_id\nu4,i1\nu3,i1\n');
    expect(await run({ paths: [file], earlier: 'replace' })).toMatchObject({ accepted: 2, duplicates: 0 });
    expect((await table('interactions')).map((row) => row.user_id).sort()).toEqual(['u3', 'u4']);
  }));

test('a stopped import of several files goes on with those that were not read', () =>
  withDatabase(async ({ db, put, table }) => {
    const paths = [await put('a.csv', 'user_id,item_id\nu1,i1\n,i9\n'), await put('b.csv', 'user_id,item_id\nu2,i1\nu1,i1\n')];
    const stop = watchedBy(({ phase }) => {
      if (phase === 'Reading b.csv') throw new EngineError('cancelled', 'Stopped.');
    });
    await expect(importPaths(db, { paths }, stop)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await table('interactions')).toEqual([]);
    const phases: string[] = [];
    const result = await importPaths(
      db,
      { paths },
      watchedBy(({ phase }) => phases.push(phase)),
    );
    expect(phases).not.toContain('Reading a.csv');
    expect(result).toMatchObject({ rowsRead: 4, accepted: 2, rejected: 1, duplicates: 1 });
    expect(await table('rejects')).toMatchObject([{ line: 3, raw: ',i9' }]);
    // Another import forgets what one that was stopped has read.
    await put('a.csv', 'user_id,item_id\nu5,i1\n');
    await put('b.csv', 'user_id,item_id\nu2,i1\nu1,i1\nu2,i1\n');
    await expect(importPaths(db, { paths }, stop)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await importPaths(db, { paths: [paths[1] as string] }, quiet)).toMatchObject({ accepted: 0 });
    expect((await table('interactions')).map((row) => row.user_id).sort()).toEqual(['u1', 'u2']);
  }));

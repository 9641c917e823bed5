import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { EngineError } from '#contract/errors';
import { countEntities } from '../../../engine/data/entities.ts';
import { importPaths } from '../../../engine/data/import-paths.ts';
import { listImports } from '../../../engine/data/imports.ts';
import { readTrainingData } from '../../../engine/data/training-data.ts';
import { quiet, watchedBy, withDatabase } from './helpers.ts';

const csv = (rows: number, seed = 0): string =>
  `user_id,item_id,event_type,timestamp\n${Array.from({ length: rows }, (_, i) => `u${(i * 7) % 101},i${(i * 13 + seed) % 53},view,${1_704_067_200 + i}`).join('\n')}\n`;

test('the same file again changes nothing; the same rows in another file are duplicates', () =>
  withDatabase(async ({ db, put, import: run }) => {
    const file = await put('events.csv', csv(200));
    const first = await run(file);
    expect(first.files[0]).toMatchObject({ importId: 'import-1', unchanged: false, accepted: 200, sizeBytes: csv(200).length });
    const { fingerprint } = await readTrainingData(db, { minValue: 'auto' });
    const second = await run(file);
    expect(second.files[0]).toMatchObject({
      importId: 'import-1',
      unchanged: true,
      accepted: 0,
      duplicates: 200,
      sha256: first.files[0]?.sha256,
    });
    expect(await listImports(db)).toHaveLength(1);
    const longer = await run(await put('longer.csv', `${csv(200)}new,i1,view,1704067200\n`));
    expect(longer).toMatchObject({ rowsRead: 201, accepted: 1, duplicates: 200 });
    expect((await listImports(db)).map((file) => file.importId)).toEqual(['import-2', 'import-1']);
    expect((await readTrainingData(db, { minValue: 'auto' })).fingerprint).not.toBe(fingerprint);
  }));

test('event ids decide where there are any, else all that a row says', () =>
  withDatabase(async ({ put, import: run }) => {
    expect(await run(await put('ids.csv', 'event_id,user_id,item_id\ne1,a,x\ne1,b,y\ne2,a,x\n,a,x\n,a,x\n'))).toMatchObject({
      accepted: 3,
      duplicates: 2,
    });
    expect(await run(await put('more.csv', 'event_id,user_id,item_id\ne2,c,z\ne3,a,x\n'))).toMatchObject({ accepted: 1, duplicates: 1 });
    expect(await run(await put('plain.csv', 'user_id,item_id,value\na,x,\na,x,1\na,x,1\n'))).toMatchObject({ accepted: 1, duplicates: 2 });
  }));

test('weights: given ones hold, others get the default once', () =>
  withDatabase(async ({ db, put, import: run }) => {
    const weights = (): Promise<unknown> =>
      db.read(async (session) => Object.fromEntries((await session.rows('SELECT * FROM event_types')).map(Object.values)));
    const file = await put('events.csv', 'user_id,item_id,event_type\na,x,view\na,x,like\na,x,odd\na,x,constructor\n');
    await run({ paths: [file], weights: { view: 0.5, skip: 0 } });
    expect(await weights()).toEqual({ view: 0.5, like: 0.7, odd: 1, constructor: 1, skip: 0 });
    await run(await put('more.csv', 'user_id,item_id,event_type\nb,x,view\n'));
    expect(await weights()).toMatchObject({ view: 0.5 });
    await run({ paths: [file], weights: { view: 0.2 } });
    expect(await weights()).toMatchObject({ view: 0.2 });
  }));

test('one bad file of several leaves nothing of any', () =>
  withDatabase(async ({ db, put, import: run }) => {
    const good = await put('good.csv', csv(50));
    const bad = await put('bad.csv', 'user_id,colour,size\na,red,4\n');
    await expect(run({ paths: [good, bad], as: 'interactions' })).rejects.toMatchObject({ code: 'bad_data' });
    expect(await countEntities(db)).toEqual({ users: 0, items: 0, interactions: 0 });
    expect(await listImports(db)).toEqual([]);
  }));

test('files that cannot be imported say what is wrong and what to do', () =>
  withDatabase(async ({ folder, put, import: run }) => {
    const refused = async (input: Parameters<typeof run>[0]): Promise<unknown> =>
      run(input).then(
        () => 'imported',
        (error: unknown) => (error instanceof EngineError ? [error.code, error.message.replaceAll(folder, '')] : error),
      );
    const folderOf = async (name: string, files: Record<string, string>): Promise<string> => {
      const made = path.join(folder, name);
      await mkdir(made);
      for (const [file, text] of Object.entries(files)) await writeFile(path.join(made, file), text);
      return made;
    };
    expect(await refused(path.join(folder, 'none.csv'))).toEqual([
      'unreadable_file',
      expect.stringContaining('/none.csv cannot be read: it does not exist'),
    ]);
    expect(await refused(await put('empty.csv', ''))).toEqual(['bad_data', expect.stringContaining('it is empty')]);
    expect(await refused(await put('header.csv', 'user_id,item_id\n'))).toEqual([
      'bad_data',
      expect.stringContaining('a header and no rows'),
    ]);
    expect(await refused(await put('columns.csv', 'user_id,colour,time\na,red,2024-01-01\n'))).toEqual([
      'bad_data',
      '/columns.csv has no column for the item (such as item_id). Its columns are user_id, colour, time. Name the right ones with --map item=COLUMN.',
    ]);
    const fine = await put('fine.csv', 'user_id,item_id\na,x\n');
    expect(await refused({ paths: [fine], map: { item: 'thing' } })).toEqual([
      'bad_data',
      expect.stringContaining('no column “thing” for the role item'),
    ]);
    expect(await refused({ paths: [fine], map: { colour: 'user_id' } })).toEqual([
      'invalid_input',
      expect.stringContaining('The roles are user, item'),
    ]);
    expect(await refused(await folderOf('other', { 'notes.txt': 'hello' }))).toEqual([
      'bad_data',
      expect.stringContaining('holds no file to import'),
    ]);
    expect(await refused(await put('fake.parquet', 'user_id,item_id\na,x\n'))).toEqual([
      'unreadable_file',
      expect.stringContaining('does not start with PAR1'),
    ]);
    expect(await refused(await put('cut.parquet', 'PAR1user_id,item_id\na,x\n'))).toEqual([
      'unreadable_file',
      expect.stringContaining('cannot be read as Parquet'),
    ]);
    expect(await refused(await put('broken.csv.gz', 'user_id,item_id\na,x\n'))).toEqual([
      'unreadable_file',
      expect.stringContaining('gzip'),
    ]);
    const packed = gzipSync(csv(5000));
    expect(await refused(await put('cut.csv.gz', packed.subarray(0, packed.length - 2000)))).toEqual([
      'unreadable_file',
      expect.stringContaining('cut off'),
    ]);
    expect(await refused(await put('text.jsonl', 'hello\nworld\n'))).toEqual([
      'bad_data',
      expect.stringContaining('none of its first lines is an object'),
    ]);
    expect(await refused(await put('odd.inter', 'user_id\titem_id\n1\t2\n'))).toEqual(['bad_data', expect.stringContaining('name:type')]);
  }));

test('a stop in the middle is told as cancelled and leaves the data as it was', () =>
  withDatabase(async ({ db, put, import: run }) => {
    await run(await put('before.csv', csv(100)));
    const file = await put('large.csv', `${csv(100_000, 1)}too,few\n`);
    for (const stopAt of [
      'Looking at the files',
      'Reading large.csv',
      'Checking large.csv',
      'Storing what was read',
      'Keeping what was imported',
    ]) {
      const work = importPaths(
        db,
        { paths: [file] },
        watchedBy(({ phase }) => {
          if (phase === stopAt) throw new EngineError('cancelled', 'Stopped.');
        }),
      );
      await expect(work).rejects.toMatchObject({ code: 'cancelled' });
      expect(await countEntities(db)).toMatchObject({ interactions: 100 });
      expect(
        await db.write((session) =>
          session.number("SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name NOT LIKE 'reject%'"),
        ),
      ).toBe(0);
    }
    expect(await importPaths(db, { paths: [file] }, quiet)).toMatchObject({ accepted: 100_000, rejected: 1 });
  }));

/** Bytes without any order, the same every time. */
function noise(length: number): Uint8Array {
  let state = 3;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

test.each([
  ['all of it', '', 1],
  ['after its head', csv(20_000), 20_002],
])('a file of bytes that is called .csv is refused with its line, in no words of DuckDB: %s', (_, head, line) =>
  withDatabase(async ({ db, put, import: run }) => {
    const file = await put('noise.csv', Buffer.concat([Buffer.from(head), noise(3000)]));
    const error = await run(file).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'bad_data', details: { file, line } });
    expect((error as Error).message).toMatch(new RegExp(`is no text file, such as CSV is: line ${line} `));
    expect((error as Error).message).not.toMatch(/parser|invalid|state machine/i);
    expect(await countEntities(db)).toEqual({ users: 0, items: 0, interactions: 0 });
  }),
);

test('one stray sign in a text is not the end of the file', () =>
  withDatabase(async ({ put, import: run }) => {
    expect(await run(await put('stray.csv', `${csv(50)}a\u0000b,x\n`))).toMatchObject({ rowsRead: 51 });
  }));

import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withDatabase } from './helpers.ts';

test('each row that cannot be used is kept with its line, column and reason, and the rest is imported', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const lines = [
      'user_id,item_id,event_type,value,timestamp',
      'u1,i1,rating,4,2024-01-01T10:00:00Z',
      ',i2,rating,4,2024-01-01T10:00:01Z',
      'u3,,rating,4,2024-01-01T10:00:02Z',
      'u4,i4,rating,four,2024-01-01T10:00:03Z',
      '',
      'u5,i5,rating,NaN,2024-01-01T10:00:04Z',
      'u6,i6,rating,inf,2024-01-01T10:00:05Z',
      '"u7\nseven",i7,rating,4,2024-01-01T10:00:06Z',
      'u8,i8,rating,4,soon',
      'u9,i9,rating,4,1969-12-31T23:59:59Z',
      'u10,i10,rating,4,9999-01-01T00:00:00Z',
      'u11,i11,rating,4',
      'u12,i12,rating,4,2024-01-01T10:00:07Z,more',
      'u13,i13,rating,1e308,2024-01-01T10:00:08Z',
    ];
    const file = await put('events.csv', `${lines.join('\n')}\n`);
    const result = await run(file);
    expect(result).toMatchObject({ rowsRead: 13, accepted: 3, rejected: 10, duplicates: 0 });
    const rejects = await table('rejects');
    expect(rejects.every((reject) => reject.file === file)).toBe(true);
    // Line 8 is the one whose user spans two lines: from there on lines are one more than their place in the list.
    expect(rejects.map(({ line, column, reason, raw }) => [line, column, reason, raw])).toEqual([
      [3, 'user_id', 'the user is missing', lines[2]],
      [4, 'item_id', 'the item is missing', lines[3]],
      [5, 'value', '“four” is not a number', lines[4]],
      [7, 'value', 'not a finite number', lines[6]],
      [8, 'value', 'not a finite number', lines[7]],
      [11, 'timestamp', 'no time between 1970 and 2100 can be read from it', lines[9]],
      [12, 'timestamp', 'the time is not between 1970 and 2100', lines[10]],
      [13, 'timestamp', 'the time is not between 1970 and 2100', lines[11]],
      [14, null, 'too few columns: 4 where 5 are expected', lines[12]],
      [15, null, 'too many columns: 6 where 5 are expected', lines[13]],
    ]);
    expect((await table('interactions')).map((row) => row.user_id)).toEqual(['u13', 'u7\nseven', 'u1']);
  }));

test('times as numbers: seconds are seconds even where one is broken', () =>
  withDatabase(async ({ put, import: run, table }) => {
    await run(await put('seconds.csv', 'user_id,item_id,timestamp\na,x,1704067200\nb,y,-5\nc,z,1704067201.5\nd,w,99999999999999\ne,v,\n'));
    expect((await table('interactions')).map((row) => [row.user_id, row.timestamp])).toEqual([
      ['c', '2024-01-01T00:00:01.500Z'],
      ['a', '2024-01-01T00:00:00.000Z'],
      ['e', null],
    ]);
    expect((await table('rejects')).map((reject) => reject.line)).toEqual([3, 5]);
  }));

test('broken lines of JSON Lines are rejected by line', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const lines = [
      '{"user_id": "a", "item_id": "x", "value": 2}',
      '{"user_id": "b", "item_id"',
      '[1, 2]',
      '{"user_id": "c"}',
      '{"user_id": "d", "item_id": "y", "value": "much"}',
      '{"user_id": 5, "item_id": 6}',
    ];
    expect(await run(await put('events.jsonl', lines.join('\n')))).toMatchObject({ rowsRead: 6, accepted: 2, rejected: 4 });
    expect((await table('rejects')).map(({ line, column, reason, raw }) => [line, column, reason, raw])).toEqual([
      [2, null, 'not a JSON object', lines[1]],
      [3, null, 'not a JSON object', lines[2]],
      [4, 'item_id', 'the item is missing', lines[3]],
      [5, 'value', 'not a number', lines[4]],
    ]);
    expect((await table('interactions')).map((row) => row.user_id)).toEqual(['5', 'a']);
  }));

test('text that is not UTF-8 is rejected, not changed', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const bytes = Buffer.concat([Buffer.from('user_id,item_id\na,x\n'), Buffer.from([0xff, 0xfe]), Buffer.from(',y\nb,z\n')]);
    expect(await run(await put('bad.csv', bytes))).toMatchObject({ rowsRead: 3, accepted: 2, rejected: 1 });
    expect(await table('rejects')).toMatchObject([{ line: 3, reason: 'the text is not valid UTF-8' }]);
  }));

test('rejects of Parquet name the row', () =>
  withDatabase(async ({ db, folder, import: run, table }) => {
    const file = path.join(folder, 'events.parquet');
    await db.read((session) =>
      session.run(
        `COPY (SELECT * FROM (VALUES ('a', 'x', 1.0::DOUBLE), ('b', NULL, 2), ('c', 'z', 'nan')) t(user_id, item_id, value)) TO '${file}' (FORMAT parquet)`,
      ),
    );
    expect(await run(file)).toMatchObject({ rowsRead: 3, accepted: 1, rejected: 2 });
    expect((await table('rejects')).map(({ line, column }) => [line, column])).toEqual([
      [2, 'item_id'],
      [3, 'value'],
    ]);
  }));

test('users without an id are rejected, the last of a repeated id holds', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const result = await run(await put('users.csv', 'user_id,age\nu1,30\n,31\nu1,32\nu2,33\n'));
    expect(result).toMatchObject({ rowsRead: 4, accepted: 2, rejected: 1, duplicates: 1 });
    expect(await table('users')).toEqual([
      { user_id: 'u1', age: 32 },
      { user_id: 'u2', age: 33 },
    ]);
    expect(await table('rejects')).toMatchObject([{ line: 3, column: 'user_id', reason: 'the user is missing' }]);
  }));

const cell = fc.oneof(
  fc.constantFrom(
    'u1',
    'u2',
    'i1',
    '',
    '1',
    '2.5',
    'nan',
    'inf',
    '-3',
    '1704067200',
    '2024-01-01',
    'x y',
    'é😀',
    '"q"',
    '"a,b"',
    '"two\nlines"',
    '"d""q"',
  ),
  fc.stringMatching(/^[a-z0-9 .:-]{0,12}$/),
);

test('whatever a file holds: rows read = accepted + rejected + duplicates, and again = nothing new', () =>
  withDatabase(async ({ db, put, import: run }) => {
    let file = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 25 }),
        fc.constantFrom('\n', '\r\n'),
        async (rows, end) => {
          // A first row that is fine tells the layout; a row of one empty cell is a blank line, no row.
          const all = [['u0', `i${file}`, '1', '2024-01-01'], ...rows].filter((row) => row.length > 1 || row[0] !== '');
          const text = ['user_id,item_id,value,timestamp', ...all.map((row) => row.join(','))].join(end) + end;
          const before = await db.read((session) => session.number('SELECT count(*) FROM rejects'));
          const first = await run(await put(`random-${file++}.csv`, text));
          expect(first.rowsRead).toBe(first.accepted + first.rejected + first.duplicates);
          expect(first.rowsRead).toBe(all.length);
          const kept = await db.read((session) =>
            session.number('SELECT count(*) FROM rejects WHERE line IS NOT NULL AND raw IS NOT NULL'),
          );
          expect(kept - before).toBe(first.rejected);
          const copy = await run(await put(`copy-${file}.csv`, `${text}${end}`));
          expect(copy).toMatchObject({ accepted: 0, rejected: first.rejected, duplicates: first.accepted + first.duplicates });
          await db.write((session) => session.run('DELETE FROM rejects'));
        },
      ),
      { numRuns: 25 },
    );
  }));

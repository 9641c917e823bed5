import { expect, test } from 'vitest';
import { isAdjacency } from '../../../engine/data/formats/adjacency.ts';
import { readPairs } from '../../../engine/data/pairs.ts';
import { withDatabase } from './helpers.ts';

const lists = '0 10 11 12\n1 10\n2\n3 12 10 \n';

test('each item of a line is an interaction of the user at its start; a user without items has none', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const result = await run(await put('train.txt', lists));
    expect(result).toMatchObject({ rowsRead: 6, accepted: 6, rejected: 0, duplicates: 0, files: [{ format: 'adjacency' }] });
    const rows = await table('interactions');
    expect(rows.map(({ user_id, item_id }) => `${user_id} ${item_id}`).sort()).toEqual(['0 10', '0 11', '0 12', '1 10', '3 10', '3 12']);
  }));

test('lists of one length are interactions', () =>
  withDatabase(async ({ put, import: run, table }) => {
    const result = await run(await put('test.txt', '0 10 11\n1 10 12\n2 11 12\n'));
    expect(result).toMatchObject({ rowsRead: 6, accepted: 6, files: [{ format: 'adjacency', entity: 'interactions' }] });
    expect((await table('interactions')).map(({ user_id, item_id }) => `${user_id} ${item_id}`).sort()).toEqual([
      '0 10',
      '0 11',
      '1 10',
      '1 12',
      '2 11',
      '2 12',
    ]);
  }));

test('a test file of lists gives its pairs', () =>
  withDatabase(async ({ put }) => {
    const pairs = await readPairs(await put('test.txt', lists));
    expect(pairs.users).toEqual(['0', '0', '0', '1', '3', '3']);
    expect(pairs.items).toEqual(['10', '11', '12', '10', '12', '10']);
  }));

test('what is a table by blanks, or words, is not taken for lists unless it is asked for', () =>
  withDatabase(async ({ put, import: run }) => {
    expect(isAdjacency(lists)).toBe(true);
    expect(isAdjacency('1 2 3\n4 5 6\n')).toBe(false);
    // As many items each: lists where users count up, a table where they come back.
    expect(isAdjacency('7 2 3\n8 5 6\n9 1 2\n')).toBe(true);
    expect(isAdjacency('0 2\n1 5\n2 1\n')).toBe(true);
    expect(isAdjacency('7 2 3\n7 5 6\n8 1 2\n')).toBe(false);
    expect(isAdjacency('anna likes much\nbert likes\n')).toBe(false);
    const result = await run({ paths: [await put('words.txt', 'anna i1 i2\nbert i1\n')], format: 'adjacency' });
    expect(result).toMatchObject({ accepted: 3 });
  }));

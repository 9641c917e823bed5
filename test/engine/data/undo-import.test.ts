import { expect, test } from 'vitest';
import { listImports } from '../../../engine/data/imports.ts';
import { readTrainingData } from '../../../engine/data/training-data.ts';
import { undoImport } from '../../../engine/data/undo-import.ts';
import { withDatabase } from './helpers.ts';

test('an import that is undone leaves what was there before, and its rows come again with the file', () =>
  withDatabase(async ({ db, put, import: run, table }) => {
    await run(await put('a.csv', 'user_id,item_id\nu1,i1\n'));
    const before = (await readTrainingData(db, { minValue: 'auto' })).fingerprint;
    const second = await put('b.csv', 'user_id,item_id\nu2,i1\n,i2\nu1,i1\n');
    const { files } = await run(second);
    expect(await undoImport(db, files[0]?.importId as string)).toEqual({ importId: files[0]?.importId, interactions: 1, incomplete: [] });
    expect((await readTrainingData(db, { minValue: 'auto' })).fingerprint).toBe(before);
    expect(await table('rejects')).toEqual([]);
    expect(await listImports(db)).toHaveLength(1);
    expect(await run(second)).toMatchObject({
      accepted: 1,
      rejected: 1,
      duplicates: 1,
      files: [{ unchanged: false, importId: 'import-3' }],
    });
    await expect(undoImport(db, 'import-2')).rejects.toMatchObject({ code: 'not_found' });
  }));

test('rows that a later import had in common with it are named as missing, and that file brings them back', () =>
  withDatabase(async ({ db, put, import: run, table }) => {
    await run(await put('a.csv', 'user_id,item_id\nu1,i1\nu2,i2\n'));
    const later = await put('b.csv', 'user_id,item_id\nu2,i2\nu3,i3\n');
    await run(later);
    // Another one has repeats of its own, and none of those.
    await run(await put('c.csv', 'user_id,item_id\nu8,i8\nu8,i8\n'));
    expect(await undoImport(db, 'import-1')).toMatchObject({ interactions: 2, incomplete: ['import-2'] });
    expect(await run(later)).toMatchObject({ accepted: 1, duplicates: 1, files: [{ unchanged: false }] });
    expect((await table('interactions')).map((row) => row.user_id).sort()).toEqual(['u2', 'u3', 'u8']);
    expect(await run(later)).toMatchObject({ files: [{ unchanged: true }] });
  }));

test('users and items become what they were, newest import first', () =>
  withDatabase(async ({ db, put, import: run, table }) => {
    await run(await put('items.csv', 'item_id,price\ni1,1\ni2,2\n'));
    const before = await table('items');
    await run(
      await put('items2.csv', 'item_id,price,title\ni1,cheap,A very red car\ni3,3,B\n').then((file) => ({
        paths: [file],
        as: 'items' as const,
      })),
    );
    expect(await table('items')).toHaveLength(3);
    await expect(undoImport(db, 'import-1')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('undo import-2 first'),
    });
    expect((await listImports(db)).map(({ undo }) => undo)).toEqual([true, expect.stringContaining('import-2')]);
    await undoImport(db, 'import-2');
    expect(await table('items')).toEqual(before);
    const { itemFeatures } = await readTrainingData(db, { minValue: 'auto' });
    expect(itemFeatures.numbers.map(({ name }) => name)).toEqual(['price']);
    await undoImport(db, 'import-1');
    expect(await table('items')).toEqual([]);
  }));

test('only the last imports of users and items are kept for that', () =>
  withDatabase(async ({ db, put, import: run, table }) => {
    for (let at = 1; at <= 5; at++) await run({ paths: [await put(`users-${at}.csv`, `user_id,age\nu1,${at}\n`)], as: 'users' });
    for (let at = 5; at >= 3; at--) await undoImport(db, `import-${at}`);
    expect(await table('users')).toMatchObject([{ age: 2 }]);
    await expect(undoImport(db, 'import-2')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('not kept any more'),
    });
  }));

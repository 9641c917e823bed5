import { expect, test } from 'vitest';
import { readTrainingData } from '../../../engine/data/training-data.ts';
import { withDatabase } from './helpers.ts';

const vector = (length: number): string => `"[${Array.from({ length }, (_, i) => i / 10).join(', ')}]"`;

test('a vector of another length than all others is a broken row, and the column stays a vector', () =>
  withDatabase(async ({ db, put, import: run, table }) => {
    const rows = Array.from({ length: 20 }, (_, at) => `i${at},${at === 7 ? vector(3) : at === 12 ? '"[0.1, red, 0.2, 0.4]"' : vector(4)}`);
    const file = await put('items.csv', `item_id,image\n${rows.join('\n')}\n`);
    expect(await run(file)).toMatchObject({ rowsRead: 20, accepted: 18, rejected: 2 });
    expect((await table('rejects')).map(({ file: of, line, column, reason }) => [of, line, column, reason])).toEqual([
      [file, 9, 'image', 'a vector of 4 numbers is expected here, as in the other rows; this is one of 3'],
      [file, 14, 'image', 'a vector of 4 numbers is expected here, as in the other rows; this is something that is no list of numbers'],
    ]);
    const { itemFeatures } = await readTrainingData(db, { minValue: 'auto' });
    expect(itemFeatures.vectors?.map(({ name, columns }) => [name, columns])).toEqual([['image', 4]]);
    expect(itemFeatures.lists).toEqual([]);
  }));

test('lists of labels of any length stay lists', () =>
  withDatabase(async ({ db, put, import: run }) => {
    const rows = Array.from({ length: 20 }, (_, at) => `i${at},"[${at % 2 ? '0.5, 0.25' : '0.5, 0.25, 0.125, 2, 3'}]"`);
    expect(await run(await put('items.csv', `item_id,sizes\n${rows.join('\n')}\n`))).toMatchObject({ accepted: 20, rejected: 0 });
    const { itemFeatures } = await readTrainingData(db, { minValue: 'auto' });
    expect(itemFeatures.lists.map(({ name }) => name)).toEqual(['sizes']);
  }));

test('a column that was empty becomes what its first values are', () =>
  withDatabase(async ({ db, put, import: run }) => {
    await run(await put('items.csv', 'item_id,price,tags\na,,\nb,,\n'));
    await run({ paths: [await put('more.csv', 'item_id,price,tags\na,1.5,red|old\nc,2,red\n')], as: 'items' });
    const { itemIds, itemFeatures } = await readTrainingData(db, { minValue: 'auto' });
    expect(itemIds).toEqual(['a', 'b', 'c']);
    expect(itemFeatures.numbers).toEqual([{ name: 'price', values: Float32Array.of(1.5, Number.NaN, 2) }]);
    expect(itemFeatures.lists.map(({ name }) => name)).toEqual(['tags']);
  }));

import { expect, test } from 'vitest';
import { readServedTables } from '../../../engine/data/served-attributes.ts';
import { inRows, seenIn } from '../../../engine/operations/served-tables.ts';
import { withDatabase } from './helpers.ts';

test('attributes and pairs are read by rows, rare words and times included, and put into the rows of a bundle', () =>
  withDatabase(async ({ db, put, import: run }) => {
    await run(
      await put(
        'events.csv',
        'user_id,item_id,event_type,timestamp\nb,y,like,2024-01-01\na,x,view,2024-01-02\nb,y,view,2024-01-03\nb,x,skip,2024-01-04\nc,x,view,2024-01-05\n',
      ),
    );
    await run({
      paths: [
        await put(
          'items.csv',
          'item_id,category,tags,price,published\nx,news,red|green,1.5,2024-01-31\ny,sport,red,,2024-02-29\nz,news,odd|red,7,\n',
        ),
      ],
      as: 'items',
    });
    const tables = await readServedTables(db);
    expect([tables.userIds, tables.itemIds]).toEqual([
      ['a', 'b', 'c'],
      ['x', 'y', 'z'],
    ]);
    expect(tables.items.numbers).toEqual([
      { name: 'price', values: Float64Array.of(1.5, Number.NaN, 7) },
      { name: 'published', values: Float64Array.of(Date.UTC(2024, 0, 31), Date.UTC(2024, 1, 29), Number.NaN) },
    ]);
    const words = ({ vocabulary, codes }: { vocabulary: string[]; codes: Int32Array }) => [...codes].map((code) => vocabulary[code]);
    expect(tables.items.categories.map((column) => [column.name, words(column)])).toEqual([['category', ['news', 'sport', 'news']]]);
    const [tags] = tables.items.lists;
    expect([tags?.name, tags && words(tags).map(String).length, tags?.offsets]).toEqual(['tags', 5, Int32Array.of(0, 2, 3, 5)]);
    expect(tables.typeNames).toEqual(['view', 'like', 'skip']);
    // a viewed x; b skipped x, and liked and viewed y; c viewed x.
    expect(tables.pairs).toEqual({ users: Int32Array.of(0, 1, 1, 2), items: Int32Array.of(0, 0, 1, 0), types: Int32Array.of(1, 4, 3, 1) });

    // A bundle has its rows in another order, without c and z, and with somebody of whom the workspace knows nothing.
    const ids = { users: ['b', 'a', 'gone'], items: ['y', 'x', 'gone'] };
    expect(seenIn(ids, tables)).toEqual({
      indptr: Int32Array.of(0, 2, 3, 3),
      indices: Int32Array.of(0, 1, 1),
      types: Int32Array.of(3, 4, 1),
      typeNames: ['view', 'like', 'skip'],
    });
    const moved = inRows(ids.items, tables.itemIds, tables.items);
    expect(moved.numbers[0]?.values).toEqual(Float64Array.of(Number.NaN, 1.5, Number.NaN));
    expect(moved.categories[0] && words(moved.categories[0])).toEqual(['sport', 'news', undefined]);
    expect(moved.lists[0]?.offsets).toEqual(Int32Array.of(0, 1, 3, 3));
    expect(moved.lists[0] && words(moved.lists[0]).sort()).toEqual(['green', 'red', 'red']);
  }));

import { expect, test } from 'vitest';
import { readPositiveItems, readTrainingData } from '../../../engine/data/training-data.ts';
import { withDatabase } from './helpers.ts';

test('ids become rows by their bytes, interactions columns in the order of time', () =>
  withDatabase(async ({ db, put, import: run }) => {
    await run({
      paths: [
        await put(
          'events.csv',
          'user_id,item_id,event_type,timestamp\nb,y,like,2024-01-01T00:00:02Z\na,x,view,2024-01-01T00:00:01Z\nB,y,skip,2024-01-01T00:00:03Z\nb,x,view,\n',
        ),
      ],
      weights: { skip: 0 },
    });
    await run(await put('items.csv', 'item_id,tags\nz,red|green\ny,red|green|odd\nx,\n'));
    const data = await readTrainingData(db, { minValue: 'auto' });
    expect(data.userIds).toEqual(['B', 'a', 'b']);
    // z was met by nobody, and is in the catalogue.
    expect(data.itemIds).toEqual(['x', 'y', 'z']);
    // Unknown times come first; a weight of 0 takes interactions out.
    expect(data.interactions).toEqual({
      users: Int32Array.of(2, 1, 2),
      items: Int32Array.of(0, 0, 1),
      weights: Float32Array.of(0.1, 0.1, 0.7),
      timestamps: Float64Array.of(Number.NaN, 1_704_067_201_000, 1_704_067_202_000),
    });
    // 'odd' comes once only; lists start at their offsets: x has none, y and z have two.
    expect(data.itemFeatures.lists).toEqual([
      { name: 'tags', vocabulary: ['green', 'red'], offsets: Int32Array.of(0, 0, 2, 4), codes: Int32Array.of(0, 1, 0, 1) },
    ]);
    expect(data.threshold).toBeNull();
    expect(data.oracle).toBeNull();
    expect((await readTrainingData(db, { minValue: 'auto', eventTypes: ['like'] })).interactions.items).toEqual(Int32Array.of(1));
  }));

test.each([
  [[1, 3, 4, 5], 4, 2],
  [[2, 6, 7, 10], 7, 2],
  [[0.2, 0.6, 0.8, 1], 0.7, 2],
  [[0.5, 3.5, 4, 5], 4, 2],
])('of ratings %j those from %d on are positive', (ratings, threshold, positive) =>
  withDatabase(async ({ db, put, import: run }) => {
    await run(await put('ratings.csv', `user_id,item_id,rating\n${ratings.map((rating, i) => `u,i${i},${rating}`).join('\n')}\n`));
    const auto = await readTrainingData(db, { minValue: 'auto' });
    expect([auto.threshold, auto.interactions.users.length]).toEqual([threshold, positive]);
    expect((await readTrainingData(db, { minValue: -1 })).interactions.users).toHaveLength(4);
    expect(auto.itemIds).toHaveLength(4);
  }),
);

test('values decide over ratings only: prices and the like are positive whatever they are', () =>
  withDatabase(async ({ db, put, import: run }) => {
    await run(await put('sales.csv', 'user_id,item_id,event_type,price\nu,a,purchase,1\nu,b,purchase,100\n'));
    expect(await readTrainingData(db, { minValue: 'auto' })).toMatchObject({ threshold: null, interactions: { users: { length: 2 } } });
    expect(await readTrainingData(db, { minValue: 50 })).toMatchObject({ threshold: 50, interactions: { users: { length: 1 } } });
  }));

test('columns that tell everybody apart are no features', () =>
  withDatabase(async ({ db, put, import: run }) => {
    const rows = Array.from({ length: 100 }, (_, i) => `u${i},zip-${i % 80},city-${i % 30},${i % 2 === 0 ? 'f' : 'm'},${i === 0 ? '' : i}`);
    await run(await put('users.csv', `user_id,zip,city,gender,age\n${rows.join('\n')}\n`));
    const { userFeatures } = await readTrainingData(db, { minValue: 'auto' });
    expect(userFeatures.categories.map(({ name, vocabulary }) => [name, vocabulary.length])).toEqual([
      ['city', 30],
      ['gender', 2],
    ]);
    expect(userFeatures.numbers[0]?.values.slice(0, 2)).toEqual(Float32Array.of(Number.NaN, 1));
    // u0 and u98 are even: f. Codes go by falling count, then by name.
    expect(userFeatures.categories[1]).toMatchObject({ vocabulary: ['f', 'm'] });
    expect(userFeatures.categories[1]?.codes[0]).toBe(0);
  }));

test('the fingerprint tells the content, not the way it came', () =>
  withDatabase(async (one) =>
    withDatabase(async (two) => {
      const rows = ['a,x,2024-01-01', 'b,y,2024-01-02', 'c,z,2024-01-03'];
      const file = (desk: typeof one, name: string, chosen: string[]): Promise<string> =>
        desk.put(name, `user_id,item_id,timestamp\n${chosen.join('\n')}\n`);
      await one.import(await file(one, 'all.csv', rows));
      await two.import(await file(two, 'last.csv', rows.slice(1)));
      const before = (await readTrainingData(two.db, { minValue: 'auto' })).fingerprint;
      await two.import(await file(two, 'first.csv', rows.slice(0, 1)));
      const after = (await readTrainingData(two.db, { minValue: 'auto' })).fingerprint;
      expect(after).toBe((await readTrainingData(one.db, { minValue: 'auto' })).fingerprint);
      expect(after).not.toBe(before);
    }),
  ));

test('"none" is a category like any other; among numbers it says that nothing is known', () =>
  withDatabase(async ({ db, put, import: run }) => {
    await run(await put('events.csv', 'user_id,item_id\na,x\nb,x\nc,x\nd,x\ne,x\n'));
    const rows = ['a,none,3,NaN', 'b,None,none,2', 'c,NULL,,2', 'd,gold,4,NA', 'e,,5,\\N'];
    await run(await put('users.csv', `user_id,membership,visits,age\n${rows.join('\n')}\n`));
    const { userFeatures } = await readTrainingData(db, { minValue: 'auto' });
    expect(userFeatures.categories).toEqual([
      { name: 'membership', vocabulary: ['NULL', 'None', 'gold', 'none'], codes: Int32Array.of(3, 1, 0, 2, -1) },
    ]);
    expect(userFeatures.numbers).toEqual([
      { name: 'visits', values: Float32Array.of(3, Number.NaN, Number.NaN, 4, 5) },
      { name: 'age', values: Float32Array.of(Number.NaN, 2, 2, Number.NaN, Number.NaN) },
    ]);
  }));

test('what somebody has of what is positive comes once each, in the order of when they had it last', () =>
  withDatabase(async ({ db, put, import: run }) => {
    await run(await put('ratings.csv', 'user_id,item_id,rating,timestamp\nu,c,5,3\nu,a,4,1\nu,bad,2,2\nu,a,5,9\nother,z,5,1\n'));
    expect(await readPositiveItems(db, { minValue: 'auto' }, 'u')).toEqual(['c', 'a']);
    expect(await readPositiveItems(db, { minValue: -1 }, 'u')).toEqual(['bad', 'c', 'a']);
    expect(await readPositiveItems(db, { minValue: 'auto' }, 'nobody')).toEqual([]);
  }));

test('texts are hashed, and lists of numbers of one length are supplied embeddings', () =>
  withDatabase(async ({ db, put, import: run }) => {
    await run(await put('events.csv', 'user_id,item_id\nu,a\nu,b\nu,c\n'));
    await run(
      await put(
        'items.csv',
        'item_id,title,image,sizes\na,red car,"[0.5, -1, 0, 2]","[1,2,3,4]"\nb,red boat,,"[1,2,3,5]"\nc,,"[1,1e-3,0.25,0]","[2,2,3,4]"\n',
      ),
    );
    const { itemFeatures } = await readTrainingData(db, { minValue: 'auto' });
    const [title] = itemFeatures.texts ?? [];
    expect(title).toMatchObject({ name: 'title', buckets: 8192, offsets: Int32Array.of(0, 1, 2, 2) });
    expect(title?.codes[0]).toBe(title?.codes[1]);
    expect(itemFeatures.vectors).toEqual([
      { name: 'image', columns: 4, values: Float32Array.of(0.5, -1, 0, 2, 0, 0, 0, 0, 1, 1e-3, 0.25, 0) },
    ]);
    // Whole numbers are members of a list.
    expect(itemFeatures.lists.map(({ name }) => name)).toEqual(['sizes']);
  }));

test('a file of a few new items leaves the kinds of columns as they were', () =>
  withDatabase(async ({ db, put, import: run }) => {
    await run(await put('events.csv', 'user_id,item_id\nu,a\nu,b\n'));
    await run(
      await put(
        'items.csv',
        'item_id,image,length,tags,born\na,"[0.5, -1, 0, 2]",1.5,red|old,2024-01-01\nb,"[1,2,3,4.5]",2,red|old,2024-01-02\n',
      ),
    );
    await run(await put('more.csv', 'item_id,image,length,tags,born\nc,,,,\n'));
    await run(await put('again.csv', 'item_id,image,length,tags,born\nd,"[0,1,0,0]",none,,n/a\n'));
    const { itemFeatures } = await readTrainingData(db, { minValue: 'auto' });
    expect(itemFeatures.vectors).toEqual([
      { name: 'image', columns: 4, values: Float32Array.of(0.5, -1, 0, 2, 1, 2, 3, 4.5, 0, 0, 0, 0, 0, 1, 0, 0) },
    ]);
    expect(itemFeatures.numbers).toEqual([{ name: 'length', values: Float32Array.of(1.5, 2, Number.NaN, Number.NaN) }]);
    expect(itemFeatures.lists[0]?.offsets).toEqual(Int32Array.of(0, 2, 4, 4, 4));
    expect(itemFeatures.categories).toEqual([]);
  }));

import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../engine/data/database.ts';
import { applyFix, listFixes, undoFix } from '../../../engine/data/quality/fixes.ts';
import { checkQuality } from '../../../engine/data/quality/report.ts';
import { divergence, shiftBetween } from '../../../engine/data/quality/time-checks.ts';
import { undoImport } from '../../../engine/data/undo-import.ts';
import { type Desk, quiet, withDatabase } from './helpers.ts';

const head = 'event_id,user_id,item_id,event_type,value,timestamp\n';
const moment = (minute: number): string => new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString();

/** Forty users with twenty interactions each, none of them wrong. */
const fine = (): string[] => Array.from({ length: 800 }, (_, at) => `e${at},user${at % 40},item${(at * 7) % 23},view,,${moment(at * 11)}`);

async function found(desk: Desk): Promise<Record<string, [string, number, string | null]>> {
  const { checks } = await checkQuality(desk.db, quiet);
  return Object.fromEntries(checks.map(({ id, level, count, example }) => [id, [level, count, example]]));
}

const allRows = (desk: Desk) => desk.db.read((session) => session.rows('SELECT * FROM interactions ORDER BY ALL'));

test('data that is fine is called so', () =>
  withDatabase(async (desk) => {
    await desk.import(await desk.put('fine.csv', head + fine().join('\n')));
    for (const [id, [level, count]] of Object.entries(await found(desk))) expect([id, level, count]).toEqual([id, 'good', 0]);
  }));

/** What is wrong, the check that finds it, how many, the example, and how many rows the fix touches. */
const wrongs: [check: string, lines: string[], count: number, example: RegExp, rows: number][] = [
  [
    'duplicates',
    ['x1,user0,item0,view,,2024-01-01T00:00:00.000Z', 'x2,user0,item0,view,,2024-01-01T00:00:00.000Z'],
    2,
    /user0 view item0 2024-01-01 00:00:00/,
    2,
  ],
  [
    'bursts',
    [
      'x1,user1,item1,click,,2024-03-01T10:00:00.000Z',
      'x2,user1,item1,click,,2024-03-01T10:00:00.900Z',
      'x3,user1,item1,click,,2024-03-01T10:00:01.700Z',
    ],
    2,
    /user1 click item1/,
    2,
  ],
  ['future', ['x1,user1,item1,view,,2099-01-01T00:00:00Z'], 1, /2099-01-01/, 1],
  [
    'ratings',
    [
      ...Array.from({ length: 40 }, (_, at) => `r${at},user${at},item1,rating,${1 + (at % 5)},${moment(at)}`),
      'x1,user1,item2,rating,999,2024-01-02T00:00:00Z',
      'x2,user2,item2,rating,-1,2024-01-02T00:00:00Z',
    ],
    2,
    /rating/,
    2,
  ],
  [
    'bots',
    Array.from({ length: 900 }, (_, at) => `b${at},crawler,item${at},view,,${new Date(Date.UTC(2024, 0, 3) + at * 2000).toISOString()}`),
    1,
    /crawler, 900 on one day/,
    900,
  ],
  ['user-ids', ['x1, User5,item1,view,,2024-02-01T00:00:00Z', 'x2,user5\u200b,item2,view,,2024-02-01T00:01:00Z'], 2, /” and “user5”/, 2],
  [
    'item-ids',
    [
      'x1,user1,caf\u00e9,view,,2024-02-01T00:00:00Z',
      'x2,user2,cafe\u0301,view,,2024-02-01T00:01:00Z',
      'x3,user3,caf\u00e9,view,,2024-02-01T00:02:00Z',
    ],
    1,
    /” and “caf\u00e9”/,
    1,
  ],
];

describe.each(wrongs)('%s', (check, lines, count, example, rows) => {
  test('is found, mended by one click, and taken back row for row', () =>
    withDatabase(async (desk) => {
      await desk.import(await desk.put('fine.csv', `${head}${fine().join('\n')}\n${lines.join('\n')}\n`));
      const before = await allRows(desk);
      expect((await found(desk))[check]).toEqual(['look', count, expect.stringMatching(example)]);
      const fix = await applyFix(desk.db, check, quiet);
      expect(fix.rows).toBe(rows);
      expect((await found(desk))[check]).toEqual(['good', 0, null]);
      await expect(applyFix(desk.db, check, quiet)).rejects.toMatchObject({ code: 'conflict' });
      expect(await listFixes(desk.db)).toMatchObject([{ id: fix.id, check, rows, undo: true }]);
      expect(await undoFix(desk.db, fix.id)).toEqual({ id: fix.id, rows });
      expect(await allRows(desk)).toEqual(before);
      expect(await listFixes(desk.db)).toEqual([]);
    }));
});

test('an import in another zone is found by its hours, moved, and moved back', () =>
  withDatabase(async (desk) => {
    // Busy from 8 to 20, most at 19.
    const day = (prefix: string, shift: number): string =>
      Array.from({ length: 1200 }, (_, at) => {
        const hour = at % 3 === 0 ? 19 : 8 + (at % 12);
        return `${prefix}${at},user${at % 40},item${at % 23},view,,${new Date(Date.UTC(2024, 0, 1 + (at % 28), hour + shift, at % 60, at % 59)).toISOString()}`;
      }).join('\n');
    await desk.import(await desk.put('here.csv', head + day('a', 0)));
    await desk.import(await desk.put('there.csv', head + day('b', 5).split('\n').slice(0, 1100).join('\n')));
    const before = await allRows(desk);
    expect((await found(desk)).zones).toEqual(['look', 1, expect.stringMatching(/there\.csv is 5 hours ahead/)]);
    const fix = await applyFix(desk.db, 'zones', quiet);
    expect(fix.rows).toBe(1100);
    expect((await found(desk)).zones).toEqual(['good', 0, null]);
    await undoFix(desk.db, fix.id);
    expect(await allRows(desk)).toEqual(before);
  }));

test('an attribute that was made of the interactions is taken away and given back, over a crash too', () =>
  withDatabase(async (desk) => {
    await desk.import(
      await desk.put(
        'fine.csv',
        head +
          Array.from({ length: 900 }, (_, at) => `e${at},user${at % 40},item${Math.floor(Math.sqrt(at))},view,,${moment(at)}`).join('\n'),
      ),
    );
    const items = Array.from({ length: 30 }, (_, at) => `item${at},${2 * at + 1},${(at * 13) % 17}`);
    await desk.import(await desk.put('items.csv', `item_id,views,weight\n${items.join('\n')}\n`));
    const before = await desk.table('items');
    expect((await found(desk)).leakage).toEqual(['look', 1, expect.stringMatching(/^views of items follows the number of interactions/)]);
    const fix = await applyFix(desk.db, 'leakage', quiet);
    expect(Object.keys((await desk.table('items'))[0] ?? {})).toEqual(['item_id', 'weight']);
    // As a killed process leaves it: what is in the log is read at the next opening.
    await desk.db.close();
    const again = await openDatabase(desk.db.file);
    await undoFix(again, fix.id);
    const rows = await again.read((session) => session.rows('SELECT item_id, views, weight FROM items ORDER BY item_id'));
    expect(rows).toEqual(before.map(({ item_id, views, weight }) => ({ item_id, views, weight })));
    await again.close();
    await desk.db.hold();
  }));

test('what is only worth knowing is told, and left to people', () =>
  withDatabase(async (desk) => {
    const jump = [
      `j0,user1,item1,view,,${moment(50_000)}`,
      `j1,user1,item2,view,,${moment(5)}`,
      'j2,lonely,item1,view,,2024-02-20T00:00:00Z',
    ];
    await desk.import(await desk.put('log.csv', `${head}${fine().join('\n')}\n${jump.join('\n')}\n`));
    await desk.import(await desk.put('items.csv', 'item_id,colour\nitem0,red\nitem1,blue\nshelf,green\n'));
    const all = await found(desk);
    expect(all['clock-jumps']).toEqual(['known', 1, expect.stringMatching(/2024-02-04 .* is followed by 2024-01-01 00:05/)]);
    expect(all.single).toEqual(['known', 1, 'lonely']);
    expect(all['without-attributes']).toEqual(['known', 21, expect.stringMatching(/^item\d+, \d+ interactions$/)]);
    expect(all['never-touched']).toEqual(['known', 1, 'shelf']);
    await expect(applyFix(desk.db, 'single', quiet)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('for you to decide'),
    });
    await expect(applyFix(desk.db, 'nothing', quiet)).rejects.toMatchObject({ code: 'not_found' });
  }));

test('months in which users do other things', () =>
  withDatabase(async (desk) => {
    const month = (number: number, type: string): string[] =>
      Array.from(
        { length: 300 },
        (_, at) =>
          `${type}${number}-${at},user${at % 40},item${at % 23},${type},,${new Date(Date.UTC(2024, number, 1, 0, at * 97)).toISOString()}`,
      );
    await desk.import(await desk.put('log.csv', head + [...month(0, 'view'), ...month(1, 'view'), ...month(2, 'click')].join('\n')));
    expect((await found(desk)).drift).toEqual(['known', 1, '2024-03: 1.00 bits from the month before']);
  }));

test('fixes are taken back from the last one on, and not those rows that an undone import had', () =>
  withDatabase(async (desk) => {
    await desk.import(await desk.put('a.csv', `${head}${fine().join('\n')}\n`));
    await desk.import(
      await desk.put('b.csv', `${head}y1,user1,item1,view,,2099-01-01T00:00:00Z\ny2, USER1,item1,view,,2024-05-01T00:00:00Z\n`),
    );
    const first = await applyFix(desk.db, 'future', quiet);
    const second = await applyFix(desk.db, 'user-ids', quiet);
    await expect(undoFix(desk.db, first.id)).rejects.toMatchObject({ code: 'conflict', details: { later: second.id } });
    await undoImport(desk.db, 'import-2');
    expect(await undoFix(desk.db, second.id)).toMatchObject({ rows: 0 });
    expect(await undoFix(desk.db, first.id)).toMatchObject({ rows: 0 });
    expect(await allRows(desk)).toHaveLength(800);
  }));

test('a day is moved only where that says something', () => {
  const day = Array.from({ length: 24 }, (_, hour) => Math.exp(-(((hour - 19) / 3) ** 2)));
  const moved = (hours: number): number[] => day.map((_, hour) => day[(hour - hours + 24) % 24] as number);
  expect(shiftBetween(moved(3), day)).toBe(3);
  expect(shiftBetween(moved(-7), day)).toBe(-7);
  expect(shiftBetween(day, day)).toBe(0);
  expect(shiftBetween(new Array<number>(24).fill(1), day)).toBe(0);
});

test('divergence by hand: the same 0, nothing in common 1, half in common between', () => {
  const map = (entries: Record<string, number>) => new Map(Object.entries(entries));
  expect(divergence(map({ a: 1, b: 1 }), map({ a: 5, b: 5 }))).toBeCloseTo(0, 12);
  expect(divergence(map({ a: 1 }), map({ b: 1 }))).toBeCloseTo(1, 12);
  // p = (1, 0), q = (½, ½), m = (¾, ¼): ½ log2(4/3) + ¼ log2(2/3) + ¼ log2(2).
  expect(divergence(map({ a: 1 }), map({ a: 1, b: 1 }))).toBeCloseTo(0.5 * Math.log2(4 / 3) + 0.25 * Math.log2(2 / 3) + 0.25, 12);
});

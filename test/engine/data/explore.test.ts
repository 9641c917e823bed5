import { expect, test } from 'vitest';
import { type ExploreFilter, type ExplorePanel, explorePanels } from '#contract/explore';
import { SqlConsole } from '../../../engine/data/console/sql-console.ts';
import { Explorer } from '../../../engine/data/explore/explorer.ts';
import { type Desk, withDatabase } from './helpers.ts';

async function withExplorer<T>(lines: string[], use: (explorer: Explorer, desk: Desk) => Promise<T>): Promise<T> {
  return withDatabase(async (desk) => {
    await desk.import(await desk.put('e.csv', `user_id,item_id,event_type,timestamp\n${lines.join('\n')}\n`));
    const explorer = new Explorer(desk.db);
    try {
      return await use(explorer, desk);
    } finally {
      await explorer.end();
    }
  });
}

/** u1: a, b, c in one sitting and a next day; u2: a, b; u3: a alone, a month later. */
const rows = [
  'u1,a,view,2024-01-01T10:00:00Z',
  'u1,b,view,2024-01-01T10:10:00Z',
  'u1,c,like,2024-01-01T10:20:00Z',
  'u1,a,like,2024-01-02T11:00:00Z',
  'u2,a,view,2024-01-08T09:00:00Z',
  'u2,b,view,2024-01-08T09:31:00Z',
  'u3,a,view,2024-02-05T09:00:00Z',
];

const see = async (explorer: Explorer, panel: ExplorePanel, filter: ExploreFilter = {}) => {
  const { rows: found, facts } = await explorer.panel(panel, filter);
  return { rows: found, facts };
};

test('each panel is what a hand counts', () =>
  withExplorer(rows, async (explorer, desk) => {
    await desk.import(await desk.put('items.csv', 'item_id,kind\na,film\nb,film\nc,book\n'));
    expect((await see(explorer, 'overview')).rows).toEqual([[7, 3, 3, 6, '2024-01-01T10:00:00.000Z', '2024-02-05T09:00:00.000Z']]);
    expect((await see(explorer, 'time')).rows.slice(0, 3)).toEqual([
      ['2024-01-01T00:00:00.000Z', 'like', 1],
      ['2024-01-01T00:00:00.000Z', 'view', 2],
      ['2024-01-02T00:00:00.000Z', 'like', 1],
    ]);
    // a 4, b 2, c 1: Gini = 2 (1·1 + 2·2 + 3·4) / (3 · 7) − 4/3 = 34/21 − 28/21.
    const popularity = await see(explorer, 'popularity');
    expect(popularity.rows).toEqual([
      [1, 4, 4 / 7],
      [2, 2, 6 / 7],
      [3, 1, 1],
    ]);
    expect(popularity.facts.gini).toBeCloseTo(6 / 21, 12);
    expect(popularity.facts.top).toBeCloseTo(4 / 7, 12);
    expect(await see(explorer, 'activity')).toEqual({
      rows: [
        ['users', 1, 1],
        ['users', 2, 1],
        ['users', 4, 1],
        ['items', 1, 1],
        ['items', 2, 1],
        ['items', 4, 1],
      ],
      facts: { users: 2, items: 2, once: 1 / 3 },
    });
    expect((await see(explorer, 'newcomers')).rows).toEqual([
      ['2024-01-01', 'items', 3],
      ['2024-01-01', 'users', 1],
      ['2024-01-08', 'users', 1],
      ['2024-02-05', 'users', 1],
    ]);
    // The last fifth begins with u2's b: u3 is new there, and no item. Of the last of u1 and u2 none is seen for the first time.
    const cold = await see(explorer, 'cold-start');
    expect(cold.facts.cut).toBe('2024-01-08T09:31:00.000Z');
    expect(cold.rows.slice(0, 2)).toEqual([
      ['time', 1 / 2, 0],
      ['last', 0, 0],
    ]);
    // A random fifth: Σ n 0.2^(n−1) / 7, of users 4, 2, 1 and of items 4, 2, 1.
    const chance = (4 * 0.2 ** 3 + 2 * 0.2 + 1) / 7;
    expect(cold.rows[2]?.[1]).toBeCloseTo(chance, 12);
    expect(cold.rows[2]?.[2]).toBeCloseTo(chance, 12);
    // Sittings: u1 3 and 1; u2 1 and 1, because 31 minutes lie between; u3 1.
    expect(await see(explorer, 'sessions')).toEqual({
      rows: [
        [1, 4],
        [3, 1],
      ],
      facts: { median: 1, mean: 7 / 5, given: false },
    });
    // 1 and 8 January and 5 February were Mondays.
    expect((await see(explorer, 'hours')).rows).toEqual([
      [1, 9, 3],
      [1, 10, 3],
      [2, 11, 1],
    ]);
    expect((await see(explorer, 'cohorts')).facts).toEqual({ category: 'kind' });
    expect((await see(explorer, 'cohorts')).rows).toEqual([
      ['2024-01-01', 'book', 1],
      ['2024-01-01', 'film', 3],
      ['2024-01-08', 'film', 2],
      ['2024-02-05', 'film', 1],
    ]);
    // a and b: u1 and u2, of 3 users; 3 have a, 2 have b: lift 2 · 3 / (3 · 2).
    expect(await see(explorer, 'together')).toEqual({
      rows: [
        ['a', 'b', 2, 1],
        ['a', 'c', 1, 1],
        ['b', 'c', 1, 1.5],
      ],
      facts: { items: ['a', 'b', 'c'].join('\u001f') },
    });
  }));

test('a filter is as if only those rows were there, and the statement that is shown gives what is seen', () =>
  withExplorer(rows, async (explorer, desk) => {
    const filter: ExploreFilter = { from: '2024-01-01T10:05:00Z', to: '2024-01-09T00:00:00Z', eventTypes: ['view', 'like'] };
    const alone = await withExplorer(rows.slice(1, 6), async (other) => {
      const all: Record<string, unknown> = {};
      for (const panel of explorePanels) all[panel] = (await see(other, panel)).rows;
      return all;
    });
    const sql = new SqlConsole(desk.db);
    for (const panel of explorePanels) {
      const explored = await explorer.panel(panel, filter);
      expect([panel, explored.rows]).toEqual([panel, alone[panel]]);
      const outcome = await sql.run(explored.sql, false);
      if (outcome.kind !== 'rows') throw new Error('no rows');
      const { rows: again } = await sql.window(outcome.id, {}, 0, 1000);
      const plain = (cells: unknown[][]) => cells.map((row) => row.map(String));
      expect([panel, plain(again)]).toEqual([panel, plain(explored.rows)]);
    }
    await sql.end();
  }));

test('sessions of their own count as such, and an empty workspace has nothing to show', () =>
  withDatabase(async ({ db, put, import: run }) => {
    const explorer = new Explorer(db);
    for (const panel of explorePanels) expect((await explorer.panel(panel, {})).rows.length).toBeLessThanOrEqual(3);
    const before = await explorer.state();
    await run(await put('e.csv', 'user_id,item_id,session_id\nu1,a,s1\nu1,b,s1\nu1,c,s2\nu2,a,s1\n'));
    expect(await explorer.state()).not.toBe(before);
    expect(await see(explorer, 'sessions')).toEqual({
      rows: [
        [1, 2],
        [2, 1],
      ],
      facts: { median: 1, mean: 4 / 3, given: true },
    });
    await explorer.end();
  }));

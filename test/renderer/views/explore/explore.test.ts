import { describe, expect, test } from 'vitest';
import type { Explored, ExplorePanel } from '#contract/explore';
import { chartTheme } from '../../../../renderer/charts/theme.ts';
import { figures } from '../../../../renderer/views/explore/explore-figures.ts';
import { isoOfAxis } from '../../../../renderer/views/explore/explored.ts';

const explored = (panel: ExplorePanel, rows: Explored['rows'], facts: Explored['facts'] = {}, sampled: number | null = null): Explored => ({
  panel,
  columns: (rows[0] ?? []).map((_, at) => `c${at}`),
  rows,
  facts,
  sql: 'SELECT 1',
  sampled,
  seconds: 1,
  computedAt: '2024-01-01T00:00:00Z',
});

const draw = (
  panel: Exclude<ExplorePanel, 'overview'>,
  rows: Explored['rows'],
  facts: Explored['facts'] = {},
  sampled: number | null = null,
) => figures[panel](explored(panel, rows, facts, sampled), chartTheme('light'));

describe('captions say what the data says', () => {
  test.each<[Exclude<ExplorePanel, 'overview'>, Explored['rows'], Explored['facts'], string]>([
    [
      'time',
      [
        ['2024-01-01T00:00:00.000Z', 'view', 3],
        ['2024-01-02T00:00:00.000Z', 'like', 1],
      ],
      {},
      'Most happened on 2024-01-01, 3 interactions; 75 % of all are of type view.',
    ],
    [
      'popularity',
      [
        [1, 8, 0.8],
        [2, 2, 1],
      ],
      { gini: 0.3, top: 0.8 },
      'The top 1 % of items take 80 % of all interactions, and half of all go to 1 of 2 items: Gini 0.30.',
    ],
    [
      'activity',
      [['users', 1, 4]],
      { users: 1, items: 2, once: 0.5 },
      'Half of the users have 1 or fewer interactions and half of the items 2 or fewer; 50 % of the users came once.',
    ],
    [
      'newcomers',
      [
        ['2024-01-01', 'items', 3],
        ['2024-01-02', 'items', 1],
      ],
      { bucket: 'day' },
      '25 % of 4 items were first seen in the later half of the time, from 2024-01-02 on.',
    ],
    [
      'cold-start',
      [
        ['time', 0.5, 0.25],
        ['last', 0, 0],
      ],
      {},
      'Split by time, 50 % of the test interactions are of users and 25 % of items that training has not seen.',
    ],
    [
      'sessions',
      [
        [1, 3],
        [2, 1],
      ],
      { median: 1, mean: 1.25, given: false },
      'Half of the sessions hold 1 or fewer interactions, 1.3 on average, and 75 % a single one, where a pause of 30 minutes ends one.',
    ],
    [
      'hours',
      [
        [1, 9, 3],
        [6, 20, 1],
      ],
      {},
      'The busiest hour is Monday from 9:00 (UTC); 25 % of all fall on a weekend, which is 29 % of the week.',
    ],
    [
      'cohorts',
      [
        ['2024-01', 'film', 3],
        ['2024-01', 'book', 1],
        ['2024-02', 'film', 1],
      ],
      { category: 'kind' },
      'kind film takes 80 % of all, 75 % with users of 2024-01 and 100 % with those of 2024-02.',
    ],
    [
      'together',
      [
        ['a', 'b', 2, 1.5],
        ['a', 'c', 1, 3],
      ],
      { items: 'a\u001fb\u001fc' },
      'a and c go together most: 1 user has both, 3.0 times as many as chance would give.',
    ],
  ])('%s', (panel, rows, facts, caption) => {
    const figure = draw(panel, rows, facts);
    expect(figure.caption).toBe(caption);
    expect(figure.table.rows).toHaveLength(rows.length);
    expect(figure.data.length).toBeGreaterThan(0);
  });
});

test('without rows each panel says why in a sentence', () => {
  for (const panel of Object.keys(figures) as Exclude<ExplorePanel, 'overview'>[]) expect(draw(panel, []).caption).toMatch(/^[A-Z].*\.$/);
});

test('a sample is said', () => {
  expect(draw('sessions', [[1, 3]], { median: 1, mean: 1, given: true }, 0.034).caption).toContain('Seen in 3.4 % of the users.');
});

test('a heat map has a place for each hour of the week and for both orders of a pair', () => {
  const [hours] = draw('hours', [[7, 23, 5]]).data as [{ z: number[][] }];
  expect(hours.z[6]?.[23]).toBe(5);
  expect(hours.z.flat().filter((value) => value === 0)).toHaveLength(7 * 24 - 1);
  const [pairs] = draw('together', [['a', 'b', 2, 1.5]], { items: 'a\u001fb' }).data as [{ z: (number | null)[][] }];
  expect(pairs.z).toEqual([
    [null, 1.5],
    [1.5, null],
  ]);
});

test('what a plot is zoomed to becomes moments', () => {
  expect(isoOfAxis('2024-01-31')).toBe('2024-01-31T00:00:00.000Z');
  expect(isoOfAxis('2024-01-31 10:20')).toBe('2024-01-31T10:20:00.000Z');
  expect(isoOfAxis('2024-01-31 10:20:30.12345')).toBe('2024-01-31T10:20:30.123Z');
});

import { expect, test } from 'vitest';
import type { Slice } from '#contract/run';
import { sliceGroups, sliceMetrics, slicesText, sortSlices } from '../../../../renderer/views/models/slices.ts';

const slice = (of: Slice['of'], by: string, name: string, users: number, ndcg: number, half: number): Slice => ({
  ...{ of, by, name, users },
  metrics: { 'ndcg@10': ndcg },
  intervals: { 'ndcg@10': [ndcg - half, ndcg + half] },
});
const run = {
  metrics: { 'ndcg@10': 0.5 },
  slices: [
    slice('users', 'activity', 'new users (at most 5 training items)', 40, 0.2, 0.4),
    slice('users', 'activity', 'heavy users (6 to 90 training items)', 90, 0.4, 0.05),
    slice('items', 'popularity', 'head items (9 to 12 training users)', 80, 0.75, 0.125),
    slice('items', 'popularity', 'tail items (1 training users)', 60, 0.25, 0.125),
    slice('users', 'country', 'at', 30, 0.375, 0.0625),
    slice('users', 'country', 'ch', 40, 0.4375, 0.03125),
  ],
};
const groups = sliceGroups(run);
const cell = (name: string) => groups.flatMap(({ rows }) => rows).find((row) => row.name === name)?.cells['ndcg@10'];

test('slices stand in their groups, the name apart from what it stands for', () => {
  expect(sliceMetrics(run)).toEqual(['ndcg@10']);
  expect(groups.map(({ label, rows }) => [label, rows.map(({ name }) => name)])).toEqual([
    ['Activity: users by what they had in training', ['new users', 'heavy users']],
    ['Popularity: held-out items by who had them in training', ['head items', 'tail items']],
    ['Users by country', ['at', 'ch']],
  ]);
  expect(groups[0]?.rows[0]?.detail).toBe('at most 5 training items');
  expect(groups[2]?.rows[0]?.detail).toBe('');
});

test('a slice is beside the whole only where its interval is, and the worst only where it is the lowest as well', () => {
  // −0.2 to 0.6 holds 0.5: the lowest of its group, and yet nothing is known.
  expect(cell('new users')).toMatchObject({ side: 'around', worst: false });
  expect(cell('heavy users')).toMatchObject({ side: 'below', worst: false });
  expect([cell('at')?.worst, cell('ch')?.worst]).toEqual([true, false]);
  expect(slicesText(groups, 'ndcg@10')).toBe('Worst of their groups on NDCG@10, with an interval wholly below the whole: at.');
  expect(slicesText(groups.slice(0, 1), 'ndcg@10')).toBe('No slice is clearly below the whole and the lowest of its group on NDCG@10.');
});

test('slices of items are not set against the whole: they count fewer targets', () => {
  for (const name of ['head items', 'tail items']) {
    expect(cell(name)).toMatchObject({ side: 'around', worst: false });
    expect(cell(name)?.difference).toBeUndefined();
    expect(cell(name)?.interval).toHaveLength(2);
  }
});

test('of too few users nothing is marked, however narrow their interval, and they hide no worst', () => {
  const slices = [
    slice('users', 'age', 'child', 1, 0.1, 0),
    slice('users', 'age', 'youth', 29, 0.9, 0.01),
    slice('users', 'age', 'old', 30, 0.4, 0.05),
  ];
  const few = sliceGroups({ metrics: run.metrics, slices });
  expect(few[0]?.rows.map(({ cells }) => cells['ndcg@10']?.side)).toEqual(['around', 'around', 'below']);
  expect(few[0]?.rows.map(({ cells }) => cells['ndcg@10']?.interval)).toEqual([undefined, undefined, [0.35000000000000003, 0.45]]);
  expect(slicesText(few, 'ndcg@10')).toBe('Worst of their groups on NDCG@10, with an interval wholly below the whole: old.');
});

test('rows are sorted within a group; without a choice they stand as they were measured', () => {
  const rows = groups[1]?.rows ?? [];
  const names = (by: string, descending: boolean) => sortSlices(rows, { by, descending }).map(({ name }) => name);
  expect(names('', false)).toEqual(['head items', 'tail items']);
  expect(names('ndcg@10', false)).toEqual(['tail items', 'head items']);
  expect(names('users', true)).toEqual(['head items', 'tail items']);
  expect(names('name', true)).toEqual(['tail items', 'head items']);
});

test('a run of an earlier version has no slices', () => {
  expect(sliceMetrics({ metrics: run.metrics })).toEqual([]);
  expect(sliceGroups({ metrics: run.metrics })).toEqual([]);
});

import { expect, test } from 'vitest';
import type { RunComparison, Slice } from '#contract/run';
import { comparisonText, evaluationText, slicesText } from '../../../engine/cli/evaluation-text.ts';

const slice = (of: Slice['of'], by: string, name: string, users: number): Slice => ({
  ...{ of, by, name, users },
  metrics: { 'ndcg@10': 0.25 },
  intervals: { 'ndcg@10': [0.2, 0.3] },
});

test('slices of few users have no interval, and those of items are not for the whole', () => {
  const text = slicesText([slice('users', 'activity', 'new users', 1), slice('users', 'activity', 'heavy users', 30)]);
  expect(text).toMatch(/new users +1 +0\.2500 +too few users/);
  expect(text).toMatch(/heavy users +30 +0\.2500 +0\.2000 to 0\.3000/);
  expect(text).not.toContain('not with the whole');
  expect(slicesText([slice('items', 'popularity', 'tail items', 90)])).toContain('compare them between models, not with the whole.');
  expect(slicesText([])).toBeNull();
});

test('the intervals of a whole test set are told of enough users only', () => {
  const table = [{ label: 'lists', metrics: { 'ndcg@10': 0.25 } }];
  const intervals = { 'ndcg@10': [0.2, 0.3] as [number, number] };
  expect(evaluationText(table, { users: 29, intervals })).toContain('95 % intervals: too few users (29; 30 are needed)');
  expect(evaluationText(table, { users: 30, intervals })).toContain('95 % intervals: ndcg@10 0.2000 to 0.3000');
});

test('a comparison says in words who is ahead, and what both cost', () => {
  const comparison: RunComparison = {
    first: { id: 'r-1', label: 'iALS' },
    second: { id: 'r-2', label: 'iALS' },
    users: 400,
    metrics: [
      {
        name: 'ndcg@10',
        first: 0.04,
        second: 0.0441,
        difference: 0.0041,
        interval: [0.0012, 0.007],
        p: 0.004,
        better: 9,
        worse: 5,
        same: 1,
      },
    ],
    untested: [
      { name: 'coverage@10', first: 0.6, second: null },
      { name: 'trainSeconds', first: 2, second: 84 },
      { name: 'modelBytes', first: 2_100_000, second: 1000 },
    ],
    ...{ by: 'ndcg@10', won: [], lost: [] },
  };
  const text = comparisonText(comparison);
  expect(text).toContain('iALS r-2 beats iALS r-1 on NDCG@10 by .0041 (95 % .0012 to .0070, p .004).');
  expect(text).toMatch(/coverage@10 +0\.6000 +–/);
  expect(text).toMatch(/training +2\.0 s +1 m 24 s/);
  expect(text).toMatch(/model +2\.1 MB +1 kB/);
});

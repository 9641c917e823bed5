import { expect, test } from 'vitest';
import type { ComparedMetric, RunComparison } from '#contract/run';
import {
  duelNames,
  duelRows,
  othersOfDuel,
  pickForDuel,
  testsNote,
  untestedRows,
  verdictOfDuel,
} from '../../../../renderer/views/models/duel.ts';

const metric = (name: string, changes: Partial<ComparedMetric> = {}): ComparedMetric => ({
  ...{ name, first: 0.04, second: 0.0441, difference: 0.0041, interval: [0.0012, 0.007], p: 0.004 },
  ...{ better: 212, worse: 160, same: 1, ...changes },
});
const comparison = (metrics: ComparedMetric[]): RunComparison => ({
  first: { id: 'r-1', label: 'iALS' },
  second: { id: 'r-2', label: 'LightGCN' },
  ...{ users: 373, metrics, untested: [], by: 'ndcg@10', won: [], lost: [] },
});

test('the verdict names the winner, by how much, how sure that is and for how many', () => {
  expect(verdictOfDuel(comparison([metric('ndcg@10')]))).toBe(
    'LightGCN beats iALS on NDCG@10 by .0041 (95 % .0012 to .0070, p .004): better for 212 users, worse for 160 users, the same for 1 user.',
  );
});

test('where the first wins, interval and users are told from its side', () => {
  const lost = metric('ndcg@10', { difference: -0.0041, interval: [-0.007, -0.0012], better: 160, worse: 212 });
  expect(verdictOfDuel(comparison([lost]))).toBe(
    'iALS beats LightGCN on NDCG@10 by .0041 (95 % .0012 to .0070, p .004): better for 212 users, worse for 160 users, the same for 1 user.',
  );
});

test('what may be chance is called so, and no difference is none', () => {
  expect(verdictOfDuel(comparison([metric('ndcg@10', { interval: [-0.001, 0.0092], p: 0.11 })]))).toContain(
    'LightGCN leads iALS on NDCG@10 by .0041, which may be chance (95 % −.0010 to .0092, p .11)',
  );
  expect(verdictOfDuel(comparison([metric('ndcg@10', { difference: 0, interval: [0, 0], p: 1 })]))).toContain('are equal on NDCG@10');
  // The interval of so few users is no evidence.
  expect(verdictOfDuel({ ...comparison([metric('ndcg@10')]), users: 29 })).toContain('may be chance');
});

test('rows are those of one length of list, with the difference as a share of the first run', () => {
  const rows = duelRows(
    comparison([metric('recall@10', { first: 0, interval: [-0.001, 0.009] }), metric('ndcg@20'), metric('ndcg@10')]),
    '10',
  );
  expect(rows.map(({ name, clear }) => [name, clear])).toEqual([
    ['ndcg@10', true],
    ['recall@10', false],
  ]);
  // 0.0041 of 0.04, from 0.0012 to 0.007 of it.
  expect(rows[0]?.relative?.value).toBeCloseTo(0.1025, 10);
  expect(rows[0]?.relative?.interval[0]).toBeCloseTo(0.03, 10);
  expect(rows[0]?.relative?.interval[1]).toBeCloseTo(0.175, 10);
  expect(rows[1]?.relative).toBeUndefined();
});

test('the other metrics are told in a sentence from the second run’s side', () => {
  const all = comparison([
    metric('ndcg@10'),
    metric('recall@10'),
    metric('hit-rate@10', { difference: -0.1, interval: [-0.2, -0.01] }),
    metric('mrr@10', { interval: [-0.1, 0.1] }),
    metric('map@10', { interval: [0, 0.1] }),
  ]);
  expect(othersOfDuel(all, duelRows(all, '10'))).toBe(
    'LightGCN against iALS elsewhere: higher on Recall@10; lower on HR@10; no clear difference on MRR@10 and MAP@10.',
  );
  expect(othersOfDuel(all, duelRows(comparison([metric('ndcg@10')]), '10'))).toBe('');
});

test('p values that stand together are said to be of single tests', () => {
  expect(testsNote(6)).toContain('Each of the 6 p values is that of a single test and not corrected');
  expect(testsNote(1)).toContain('The p value is that of a single test');
});

test('the first run that is ticked meets one after the other', () => {
  expect(pickForDuel([], 'a')).toEqual(['a']);
  expect(pickForDuel(['a'], 'b')).toEqual(['a', 'b']);
  expect(pickForDuel(['a', 'b'], 'c')).toEqual(['a', 'c']);
  expect(pickForDuel(['a', 'b'], 'a')).toEqual(['b']);
});

test('two runs of one model are told apart by their ids', () => {
  const label = 'iALS';
  expect(duelNames({ first: { id: 'r-1', label }, second: { id: 'r-2', label } })).toEqual(['iALS r-1', 'iALS r-2']);
});

test('beside accuracy stand metrics of one length of list and what both cost, as far as it is known', () => {
  const untested = [
    { name: 'novelty@10', first: 4.31, second: 5.02 },
    { name: 'novelty@20', first: 4.4, second: 5.1 },
    { name: 'coverage@10', first: 0.61, second: null },
    { name: 'trainSeconds', first: 84, second: 1.5 },
    { name: 'modelBytes', first: null, second: 2_100_000 },
  ];
  expect(untestedRows({ untested }, '10').map(({ name, label, first, second }) => [label ?? name, first, second])).toEqual([
    ['coverage@10', '0.6100', '–'],
    ['novelty@10', '4.3100', '5.0200'],
    ['Training', '1 m 24 s', '1.5 s'],
    ['Model size', '–', '2.1 MB'],
  ]);
});

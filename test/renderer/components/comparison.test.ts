import { expect, test } from 'vitest';
import {
  bestValue,
  differenceToBest,
  type MetricsRow,
  metricsOfRows,
  rowsOfRun,
  rowsOfTable,
} from '../../../renderer/components/comparison.ts';
import { runs } from '../../support/fake-data.ts';

const rows: MetricsRow[] = [
  { label: 'Two-tower', kind: 'model', metrics: { 'ndcg@10': 0.05, 'log-loss': 0.4 }, errors: { 'ndcg@10': 0.006 } },
  { label: 'Item KNN', kind: 'baseline', metrics: { 'ndcg@10': 0.043, 'log-loss': 0.5 } },
  { label: 'Popularity', kind: 'baseline', metrics: { 'ndcg@10': 0.029, 'log-loss': 0.6 } },
  { label: 'Oracle', kind: 'oracle', metrics: { 'ndcg@10': 0.09 } },
];

test('a run stands beside its baselines and its oracle', () => {
  expect(rowsOfRun(runs[0]!).map((row) => [row.label, row.kind])).toEqual([
    ['Two-tower', 'model'],
    ['Item KNN', 'baseline'],
    ['Popularity', 'baseline'],
    ['Oracle (best reachable)', 'oracle'],
  ]);
});

test('in a pipeline’s table the first row is the model and the oracle is known by its name', () => {
  const kinds = rowsOfTable([
    { label: 'Two-tower', metrics: {} },
    { label: 'Popularity', metrics: {} },
    { label: 'Oracle', metrics: {} },
  ]).map((row) => row.kind);
  expect(kinds).toEqual(['model', 'baseline', 'oracle']);
});

test('the difference is to the best baseline, and clear where its interval, user by user, lies on one side of zero', () => {
  const clearOf = (interval: [number, number], users = 100) =>
    differenceToBest(
      [{ ...rows[0]!, users }, { ...rows[1]!, differences: { 'ndcg@10': { difference: 0.007, interval, p: 0.03 } } }, ...rows.slice(2)],
      'ndcg@10',
    )?.clear;
  expect(differenceToBest(rows, 'ndcg@10')?.value).toBeCloseTo(0.007, 10);
  expect(differenceToBest(rows, 'ndcg@10')?.clear).toBeUndefined();
  expect(clearOf([0.001, 0.013])).toEqual({
    ...{ is: true, words: 'clear' },
    test: '95 % interval of the difference, user by user: .0010 to .0130, p .030',
  });
  expect(clearOf([-0.001, 0.015])).toMatchObject({ is: false, words: 'may be chance' });
  expect(clearOf([0.001, 0.013], 29)?.is).toBe(false);
});

test('of a loss the lowest is best, and being lower is a gain', () => {
  expect(bestValue(rows, 'log-loss')).toBe(0.4);
  const difference = differenceToBest(rows, 'log-loss');
  expect(difference?.value).toBeCloseTo(-0.1, 10);
  expect(difference?.gain).toBeCloseTo(0.1, 10);
  expect(difference?.clear).toBeUndefined();
});

test('the oracle never counts as the best, and every metric of any row has its column', () => {
  expect(bestValue(rows, 'ndcg@10')).toBe(0.05);
  expect(metricsOfRows(rows)).toEqual(['log-loss', 'ndcg@10']);
  expect(differenceToBest(rows.slice(0, 1), 'ndcg@10')).toBeUndefined();
});

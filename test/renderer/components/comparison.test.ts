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

test('the difference is to the best baseline, and clear only beyond two standard errors', () => {
  const difference = differenceToBest(rows, 'ndcg@10');
  // 0.050 - 0.043 = 0.007, less than 2 × 0.006.
  expect(difference?.value).toBeCloseTo(0.007, 10);
  expect(difference?.clear).toEqual({ is: false, words: 'within 2 s.e.' });
  expect(differenceToBest([{ ...rows[0]!, errors: { 'ndcg@10': 0.003 } }, ...rows.slice(1)], 'ndcg@10')?.clear?.is).toBe(true);
});

test('where there is an interval, a difference is clear when the baseline lies outside it', () => {
  const within = (interval: [number, number]) =>
    differenceToBest([{ ...rows[0]!, intervals: { 'ndcg@10': interval } }, ...rows.slice(1)], 'ndcg@10')?.clear;
  // The best baseline has 0.043.
  expect(within([0.042, 0.058])).toEqual({ is: false, words: 'within its interval' });
  expect(within([0.044, 0.056])).toEqual({ is: true, words: 'outside its interval' });
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

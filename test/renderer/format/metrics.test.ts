import { expect, test } from 'vitest';
import {
  groupMetrics,
  higherIsBetter,
  isHeadline,
  ksOf,
  metricLabel,
  metricMeaning,
  metricsAt,
  shareOfOracle,
  sortMetrics,
} from '../../../renderer/format/metrics.ts';

test('metrics are called as the field calls them', () => {
  expect(metricLabel('ndcg@10')).toBe('NDCG@10');
  expect(metricLabel('hit-rate@20')).toBe('HR@20');
  expect(metricLabel('ndcg@10:sampled-100')).toBe('NDCG@10 (sampled-100)');
  expect(metricLabel('auc')).toBe('AUC');
  expect(metricLabel('my-own')).toBe('my-own');
});

test('the meaning of a metric names its k', () => {
  expect(metricMeaning('recall@20')?.formula).toContain('first 20');
  expect(metricMeaning('my-own')).toBeUndefined();
});

test('losses fall and the rest rises', () => {
  expect(higherIsBetter('log-loss')).toBe(false);
  expect(higherIsBetter('validation-loss')).toBe(false);
  expect(higherIsBetter('mrr@10')).toBe(true);
});

test('metrics are sorted by k and then as they are usually read, each once', () => {
  expect(sortMetrics(['recall@20', 'coverage@10', 'hit-rate@10', 'ndcg@20', 'ndcg@10', 'ndcg@10'])).toEqual([
    'ndcg@10',
    'hit-rate@10',
    'coverage@10',
    'ndcg@20',
    'recall@20',
  ]);
});

test('a share of the oracle is said only where there is an oracle', () => {
  expect(shareOfOracle(0.08, 0.1)).toBe('80 % of the oracle');
  expect(shareOfOracle(0.08, undefined)).toBeUndefined();
  expect(shareOfOracle(0.08, 0)).toBeUndefined();
});

test('a table shows the metrics of one k, and those that have none', () => {
  const names = ['ndcg@20', 'ndcg@10', 'auc', 'ndcg@10:sampled-100'];
  expect(ksOf(names)).toEqual(['10', '20']);
  expect(metricsAt(names, '10')).toEqual(['ndcg@10', 'auc', 'ndcg@10:sampled-100']);
  expect(metricsAt(names, undefined)).toEqual(names);
});

test('metrics of accuracy stand apart from those of what the lists are like', () => {
  expect(groupMetrics(['ndcg@10', 'gini@10', 'auc', 'long-tail@10'])).toEqual([
    { label: 'Accuracy', metrics: ['ndcg@10', 'auc'] },
    { label: 'Beyond accuracy', metrics: ['gini@10', 'long-tail@10'] },
  ]);
  expect(groupMetrics(['auc']).map(({ label }) => label)).toEqual(['Accuracy']);
  expect(['ndcg@10', 'coverage@10', 'novelty@10', 'auc'].filter(isHeadline)).toEqual(['ndcg@10', 'coverage@10', 'auc']);
});

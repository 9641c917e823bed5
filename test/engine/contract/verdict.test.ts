import { expect, test } from 'vitest';
import type { PairedDifference } from '#contract/run';
import { isClear, verdictOf } from '#contract/verdict';

const counts = { users: 1000, items: 50, train: 9000, validation: 500, test: 900, testUsers: 400 };
const against = (paired?: PairedDifference) => ({
  label: 'Two-tower',
  metrics: { 'ndcg@10': 0.1148, 'ndcg@20': 0.13 },
  baselines: [
    { model: 'popularity', label: 'Popularity', metrics: { 'ndcg@10': 0.05 }, differences: {} },
    { model: 'item-knn', label: 'Item KNN', metrics: { 'ndcg@10': 0.1025 }, ...(paired ? { differences: { 'ndcg@10': paired } } : {}) },
  ],
  counts,
});

test('the verdict names the better of both, by how much and how surely, user by user', () => {
  const won = against({ difference: 0.0123, interval: [0.01, 0.014], p: 0.0002 });
  expect(verdictOf({ ...won, oracle: { 'ndcg@10': 0.1435 } })).toBe(
    'Two-tower beats the best baseline, Item KNN, on NDCG@10 by .0123 (95 % .0100 to .0140, p < .001): Two-tower .1148, Item KNN .1025; 80 % of the best possible.',
  );
  expect(verdictOf(against({ difference: 0.0123, interval: [-0.001, 0.025], p: 0.07 }))).toBe(
    'Two-tower leads the best baseline, Item KNN, on NDCG@10 by .0123, which may be chance (95 % −.0010 to .0250, p .070): Two-tower .1148, Item KNN .1025.',
  );
  expect(verdictOf(against({ difference: -0.0123, interval: [-0.014, -0.01], p: 0.0002 }))).toMatch(
    /^The best baseline, Item KNN, beats Two-tower on NDCG@10 by \.0123 \(95 % \.0100 to \.0140, p < \.001\)/,
  );
});

test('without a test nothing is claimed, and without a baseline nothing compared', () => {
  expect(verdictOf(against())).toBe('NDCG@10 beside the best baseline, not compared user by user: Two-tower .1148, Item KNN .1025.');
  expect(verdictOf({ ...against(), baselines: [] })).toBe('Two-tower has NDCG@10 .1148.');
  expect(verdictOf({ ...against(), metrics: {} })).toBe('Two-tower has no metrics.');
});

test('an interval on one side of zero is clear, of enough users', () => {
  expect(isClear({ interval: [0.001, 0.002] }, 30)).toBe(true);
  expect(isClear({ interval: [-0.002, -0.001] }, 30)).toBe(true);
  expect(isClear({ interval: [0, 0.001] }, 400)).toBe(false);
  expect(isClear({ interval: [0.001, 0.002] }, 29)).toBe(false);
});

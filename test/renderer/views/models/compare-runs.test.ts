import { expect, test } from 'vitest';
import type { Run } from '#contract/run';
import {
  bestOf,
  type Column,
  columnsOf,
  devicesText,
  duelRuns,
  firstSetup,
  firstSorting,
  isOfOtherData,
  setupsOf,
  sortRuns,
} from '../../../../renderer/views/models/compare-runs.ts';
import { runs as sample } from '../../../support/fake-data.ts';

const base = sample[0] as Run;
const run = (model: string, minute: number, changes: Partial<Run> = {}): Run => ({
  ...base,
  id: `run-${model}-${minute}`,
  model,
  label: model,
  createdAt: `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`,
  ...changes,
});
const column = (runs: Run[], id: string): Column => columnsOf(runs, '10').find((one) => one.id === id) as Column;

test('the latest run of each model stands beside those that were measured alike', () => {
  const lastOut = { split: { kind: 'leave-last-out' as const } };
  const setups = setupsOf([
    run('ease', 1),
    run('ease', 5),
    run('bpr', 2),
    run('bpr', 3, lastOut),
    run('ranker', 4, { role: 'ranking' }),
    run('bpr', 0, { selection: { minValue: 4 } }),
  ]);
  expect(setups.map(({ label, runs }) => [label, runs.map(({ id }) => id)])).toEqual([
    ['Retrieval · last 20 % by time', ['run-ease-5', 'run-bpr-2']],
    ['Ranking · last 20 % by time', ['run-ranker-4']],
    ['Retrieval · last interaction of each user', ['run-bpr-3']],
    ['Retrieval · last 20 % by time · positives from value 4', ['run-bpr-0']],
  ]);
});

test('other data and another test set take a run out of the contest', () => {
  const newest = run('ease', 5, { testFingerprint: 'a' });
  expect(isOfOtherData(run('bpr', 1, { testFingerprint: 'a' }), newest)).toBe(false);
  // A run of an earlier version does not know its test set.
  expect(isOfOtherData(run('bpr', 1), newest)).toBe(false);
  expect(isOfOtherData(run('bpr', 1, { testFingerprint: 'b' }), newest)).toBe(true);
  expect(isOfOtherData(run('bpr', 1, { testFingerprint: 'a', dataFingerprint: 'other' }), newest)).toBe(true);
});

test('columns are the metrics that people choose by, of one length, then the costs that are known', () => {
  const metrics = { 'ndcg@20': 1, 'ndcg@10': 1, 'hit-rate@10': 1, 'gini@10': 1, 'coverage@10': 1 };
  const runs = [run('ease', 1, { metrics, peakMemoryBytes: 5 }), run('bpr', 2, { metrics })];
  expect(columnsOf(runs, '10').map(({ id }) => id)).toEqual(['ndcg@10', 'hit-rate@10', 'coverage@10', 'seconds', 'memory', 'createdAt']);
});

test('the best is the highest metric and the lowest cost, where there are two to choose from', () => {
  const runs = [
    run('ease', 1, { metrics: { 'ndcg@10': 0.2, 'log-loss': 0.4 }, seconds: 3 }),
    run('bpr', 2, { metrics: { 'ndcg@10': 0.1, 'log-loss': 0.5 }, seconds: 1 }),
  ];
  expect(['ndcg@10', 'log-loss', 'seconds'].map((id) => bestOf(column(runs, id), runs))).toEqual([0.2, 0.4, 1]);
  expect(bestOf(column(runs, 'createdAt'), runs)).toBeUndefined();
  expect(bestOf(column(runs, 'seconds'), runs.slice(1))).toBeUndefined();
});

test('a first click sorts the best to the top; a run without the value stands last either way', () => {
  const runs = [
    run('b', 1, { metrics: { 'ndcg@10': 0.1 }, seconds: 2 }),
    run('c', 2, { metrics: {}, seconds: 1 }),
    run('a', 3, { metrics: { 'ndcg@10': 0.2 }, seconds: 2 }),
  ];
  const columns = columnsOf(runs, '10');
  const order = (by: Column | 'model', turned = false): string => {
    const sorting = firstSorting(by);
    return sortRuns(runs, columns, turned ? { ...sorting, descending: !sorting.descending } : sorting)
      .map(({ label }) => label)
      .join('');
  };
  expect(order(column(runs, 'ndcg@10'))).toBe('abc');
  expect(order(column(runs, 'ndcg@10'), true)).toBe('bac');
  // Equal seconds: by name.
  expect(order(column(runs, 'seconds'))).toBe('cab');
  expect([order('model'), order('model', true)]).toEqual(['abc', 'cba']);
});

test('devices are named once each', () => {
  const gpu = { device: { ...base.device, device: 'gpu' as const } };
  expect(devicesText([run('ease', 1), run('bpr', 2)])).toBe('on CPU');
  expect(devicesText([run('ease', 1, gpu), run('bpr', 2), run('ials', 3)])).toBe('on CPU and GPU');
});

test('a comparison begins with retrieval, though a ranker was trained after it', () => {
  expect(firstSetup(setupsOf([run('ranker', 9, { role: 'ranking' }), run('ease', 1)]))?.runs[0]?.model).toBe('ease');
  expect(firstSetup(setupsOf([run('ranker', 9, { role: 'ranking' })]))?.runs[0]?.model).toBe('ranker');
  expect(firstSetup([])).toBeUndefined();
});

test('any two runs of one test set can meet, also of one model; rankers and lonely runs cannot', () => {
  const runs = [
    run('ease', 1, { testFingerprint: 'a' }),
    run('ease', 5, { testFingerprint: 'a' }),
    run('bpr', 3, { testFingerprint: 'b' }),
    run('ranker', 4, { role: 'ranking', testFingerprint: 'a' }),
    run('ials', 2, { testFingerprint: undefined }),
  ];
  expect(duelRuns(runs).map(({ id }) => id)).toEqual(['run-ease-5', 'run-ease-1']);
});

import { expect, test } from 'vitest';
import { TrainInput } from '#contract/run';
import { headlineMetric, runIdOf, splitText } from '../../../../renderer/views/models/run-text.ts';
import { initialTraining, trainingCommand, trainingInput } from '../../../../renderer/views/models/training-input.ts';
import { models, runs } from '../../../support/fake-data.ts';

const twoTower = models.find((model) => model.id === 'two-tower')!;
const ranker = models.find((model) => model.id === 'neural-ranker')!;

test('an untouched form trains with the defaults, and the engine accepts it', () => {
  const { input, problems } = trainingInput(twoTower, {}, initialTraining);
  expect(problems).toEqual({});
  expect(TrainInput.parse(input)).toMatchObject({ model: 'two-tower', params: {}, split: { kind: 'temporal', testShare: 0.2 }, seed: 42 });
});

test('leave-last-out needs no share, and positives may start at a value', () => {
  const { input } = trainingInput(
    twoTower,
    { factors: '32' },
    { ...initialTraining, split: 'leave-last-out', testShare: '', minValue: '4' },
  );
  expect(input).toMatchObject({ params: { factors: 32 }, split: { kind: 'leave-last-out' }, selection: { minValue: 4 } });
});

test('every wrong field is named', () => {
  const { problems } = trainingInput(twoTower, { factors: '1' }, { ...initialTraining, testShare: '20', minValue: 'high', seed: '-1' });
  expect(Object.keys(problems).sort()).toEqual(['factors', 'minValue', 'seed', 'testShare']);
});

test('only a ranking model carries a retrieval run', () => {
  const draft = { ...initialTraining, retrievalRun: 'r-1' };
  expect(trainingInput(ranker, {}, draft).input.retrievalRun).toBe('r-1');
  expect(trainingInput(twoTower, {}, draft).input).not.toHaveProperty('retrievalRun');
});

test('the same training can be copied as a command', () => {
  const { input } = trainingInput(twoTower, { hiddenLayers: '64, 32', logQ: 'false' }, { ...initialTraining, split: 'leave-last-out' });
  expect(trainingCommand(input, '/home/ada/my data')).toBe(
    "recsmith train '/home/ada/my data' --model two-tower --set hiddenLayers=64,32 --set logQ=false --split leave-last-out --seed 42",
  );
});

test('a run says how it was tested, its main metric, and where its job left it', () => {
  expect(splitText({ kind: 'temporal', testShare: 0.2 })).toBe('last 20 % by time');
  expect(headlineMetric({ metrics: { auc: 0.8, 'log-loss': 0.4 } })).toBe('auc');
  const job = { id: 'j', kind: 'run.train', title: 't', status: 'succeeded' as const, createdAt: '' };
  expect(runIdOf({ ...job, result: runs[0] })).toBe(runs[0]!.id);
  expect(runIdOf({ ...job, result: { run: 'r-9' } })).toBe('r-9');
  expect(runIdOf({ ...job, status: 'failed', result: { run: 'r-9' } })).toBeUndefined();
});

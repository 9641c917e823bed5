import { expect, test } from 'vitest';
import type { Run } from '#contract/run';
import { costsOf, runGroups, runKs } from '../../../../renderer/views/models/run-metrics.ts';
import { runs } from '../../../support/fake-data.ts';

const run: Run = { ...(runs[0] as Run), metrics: { 'gini@10': 0.9, 'ndcg@20': 0.1, 'ndcg@10': 0.1, 'map@10': 0.1 } };

test('metrics of one length of list, accuracy first', () => {
  expect(runKs(run)).toEqual(['10', '20']);
  expect(runGroups(run, '10')).toEqual([
    { label: 'Accuracy', metrics: ['ndcg@10', 'map@10'] },
    { label: 'Beyond accuracy', metrics: ['gini@10'] },
  ]);
});

test('costs are those that are known', () => {
  const known = { seconds: 84, peakMemoryBytes: 611_000_000, modelBytes: 1_900_000, latencyMs: 0.42 };
  expect(costsOf({ ...run, ...known }).map(({ label, value }) => `${label} ${value}`)).toEqual([
    'Training 1 m 24 s',
    'Peak memory 611 MB',
    'Model size 1.9 MB',
    'One list 0.42 ms',
  ]);
  const { peakMemoryBytes: _, examplesPerSecond: __, ...bare } = run;
  expect(costsOf(bare)).toEqual([{ label: 'Training', value: '14 s', note: 'on CPU' }]);
});

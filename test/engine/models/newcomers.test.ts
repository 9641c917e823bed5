import { expect, test } from 'vitest';
import type { FittedModel } from '../../../engine/models/model.ts';
import { newcomerScorer, requireNewcomerScorer } from '../../../engine/models/newcomers.ts';

const score: FittedModel['score'] = () => ({ rows: 0, columns: 0, data: new Float32Array(0) });
const save = () => ({});

test('a vector for the newcomer is multiplied with every item', () => {
  const items = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 0, 1, 2, 2) };
  const fitted: FittedModel = { score, save, embed: () => ({ users: items, items }), foldIn: (had) => Float32Array.of(had.length, 10) };
  expect([...(newcomerScorer(fitted)?.(Int32Array.of(4, 5)) ?? [])]).toEqual([2, 10, 24]);
});

test('a model that scores by items alone is asked itself', () => {
  const fitted: FittedModel = { score, save, scoreItems: (had) => Float32Array.from(had, (item) => 10 * item) };
  expect([...(newcomerScorer(fitted)?.(Int32Array.of(1, 2)) ?? [])]).toEqual([10, 20]);
});

test('a model with no way says why in its own words', () => {
  expect(newcomerScorer({ score, save })).toBeNull();
  const model = { label: 'Oracle', newUsers: 'Knows only those whom it was told.' };
  expect(() => requireNewcomerScorer(model, { score, save })).toThrow(
    'Oracle cannot answer for somebody whom training did not know. Knows only those whom it was told.',
  );
});

import { beforeAll, expect, test } from 'vitest';
import { hybridOf } from '../../../engine/models/hybrid.ts';
import type { FittedModel, Model } from '../../../engine/models/model.ts';
import { describeModel, parseParams } from '../../../engine/models/parameters.ts';
import { popularity } from '../../../engine/models/popularity.ts';
import { retrievalModels } from '../../../engine/models/registry.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { checkerboard, quietContext } from '../../support/training-sets.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

/** Ranks items by their row, up or down, and cannot answer strangers unless it is told to. */
function byRow(id: string, sign: 1 | -1, answersStrangers: boolean, seen: unknown[] = []): Model {
  const fitted = (items: number): FittedModel => {
    const own = Float32Array.from({ length: items }, (_, row) => sign * row);
    return {
      score: (users) => ({
        rows: users.length,
        columns: items,
        data: Float32Array.from({ length: users.length * items }, (_, at) => own[at % items] as number),
      }),
      ...(answersStrangers ? { scoreItems: () => own.slice() } : {}),
      save: () => ({ items: { shape: [1], data: Int32Array.of(items) } }),
      facts: { settled: { halfLifeDays: 5 } },
    };
  };
  return {
    ...(popularity as unknown as Model),
    id,
    label: id,
    async fit(set, params, context) {
      seen.push(params);
      await context.checkpoint({ phase: 'Counting', done: 0, total: 1 });
      return fitted(set.itemCount);
    },
    load: (arrays) => fitted(arrays.items?.data[0] as number),
  };
}

const { set } = checkerboard(6, 8);
const best = (data: Float32Array): number => data.indexOf(Math.max(...data));

test('validation chooses the weights, and the second training takes them and what the models settled', async () => {
  const seen: unknown[] = [];
  const model = hybridOf([byRow('up', 1, true, seen), byRow('down', -1, true)], ['up', 'down']);
  const phases: string[] = [];
  // Only lists that end at the highest row are good: those in which `up` counts more.
  const validate = async (score: FittedModel['score']) => ({ 'ndcg@10': best(score(Int32Array.of(0)).data.subarray(0, 8)) === 7 ? 1 : 0 });
  const context = quietContext(1, {
    validate,
    checkpoint: async ({ phase }) => {
      phases.push(phase);
    },
  });
  const first = await model.fit(set, parseParams(model, { fusion: 'standard' }), context);
  expect(first.facts?.settled).toEqual({
    fusion: 'standard',
    weights: [3, 1],
    settings: { up: { halfLifeDays: 5 }, down: { halfLifeDays: 5 } },
  });
  expect(phases).toEqual(expect.arrayContaining(['Counting: up, 1 of 2', 'Counting: down, 2 of 2', 'Choosing the weights']));
  await model.fit(set, parseParams(model, first.facts?.settled ?? {}), quietContext());
  expect(seen).toMatchObject([{ halfLifeDays: 0 }, { halfLifeDays: 5 }]);
});

test('a stranger is answered by the models that can', async () => {
  const mixed = hybridOf([byRow('up', 1, false), byRow('down', -1, true)], ['up', 'down']);
  const fitted = await mixed.fit(set, parseParams(mixed, { weights: [9, 1] }), quietContext());
  expect(best(fitted.scoreItems?.(Int32Array.of(0)) as Float32Array)).toBe(0);
  const mute = hybridOf([byRow('up', 1, false), byRow('down', -1, false)], ['up', 'down']);
  expect((await mute.fit(set, parseParams(mute, {}), quietContext())).scoreItems).toBeUndefined();
});

test('weights that do not fit the models are refused in words, as are settings of a model that is not there', async () => {
  const model = hybridOf([byRow('up', 1, true), byRow('down', -1, true)], ['up', 'down']);
  const fit = (params: Record<string, unknown>) => model.fit(set, parseParams(model, params), quietContext());
  await expect(fit({ weights: [1, 2, 3] })).rejects.toThrow('There are 3 weights for 2 models.');
  await expect(fit({ weights: [0, 0] })).rejects.toThrow('not all of them 0');
  await expect(fit({ settings: { other: {} } })).rejects.toThrow('The settings name "other", which is not among the models: up, down.');
  expect(() => parseParams(model, { models: 'up,up' })).toThrow('names a model twice');
  expect(() => parseParams(model, { models: 'up' })).toThrow('at least 2 entries');
});

test('its form is a list of choices, and the command line takes it with commas and JSON', () => {
  const model = retrievalModels.find(({ id }) => id === 'hybrid') as Model;
  const [models, , , , settings] = describeModel(model, 'retrieval').parameters;
  expect(models).toMatchObject({ name: 'models', kind: 'choices', minimum: 2, maximum: 5 });
  expect(models?.choices).toEqual(retrievalModels.filter(({ id }) => id !== 'hybrid').map(({ id }) => id));
  expect(settings).toMatchObject({ kind: 'json', default: {} });
  const parsed = parseParams(model, { models: 'popularity, item-knn', settings: '{"item-knn": {"neighbours": 5}}' });
  expect(parsed).toMatchObject({ models: ['popularity', 'item-knn'], settings: { 'item-knn': { neighbours: 5 } } });
  expect(() => parseParams(model, { settings: 'item-knn' })).toThrow('settings must be an object with fields, not "item-knn"');
});

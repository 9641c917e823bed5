import { expect, test } from 'vitest';
import { DatasetRecipe } from '#contract/dataset';
import { emptyDataset, readDataset } from '../../../../renderer/views/data/dataset-form.ts';

test('fields that are left empty are no steps', () => {
  expect(readDataset(emptyDataset)).toEqual({ recipe: {}, problems: {} });
});

test('what is written becomes a recipe that the engine takes', () => {
  const { recipe, problems } = readDataset({
    ...emptyDataset,
    from: '2024-01-31',
    to: '2024-02-01T12:00:00Z',
    eventTypes: ' like, share ,',
    minValue: '3.5',
    mostPerDay: '500',
    once: 'last',
    userShare: '0.25',
    minPerUser: '5',
    minPerItem: '10',
  });
  expect(problems).toEqual({});
  expect(DatasetRecipe.parse(recipe)).toEqual({
    from: '2024-01-31',
    to: '2024-02-01T12:00:00Z',
    eventTypes: ['like', 'share'],
    minValue: 3.5,
    mostPerDay: 500,
    once: 'last',
    userShare: 0.25,
    seed: 42,
    minPerUser: 5,
    minPerItem: 10,
  });
});

test('what cannot be is said beside its field', () => {
  const { recipe, problems } = readDataset({
    ...emptyDataset,
    from: 'May',
    minValue: 'x',
    userShare: '1',
    minPerUser: '0',
    mostPerDay: '2.5',
  });
  expect(recipe).toEqual({});
  expect(Object.keys(problems).sort()).toEqual(['from', 'minPerUser', 'minValue', 'mostPerDay', 'userShare']);
});

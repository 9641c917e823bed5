import { expect, test } from 'vitest';
import { openChoices } from '../../../engine/models/open-choices.ts';

const choices = [
  { rate: 0.1, weight: 8 },
  { rate: 0.1, weight: 4 },
  { rate: 0.5, weight: 4 },
];

test('with everything open all choices stand, in their order', () => {
  expect(openChoices(choices, { rate: 0, weight: 0 })).toEqual(choices);
});

test('what is given replaces the choices’ values, and what is then the same stands once', () => {
  expect(openChoices(choices, { rate: 0, weight: 2 })).toEqual([
    { rate: 0.1, weight: 2 },
    { rate: 0.5, weight: 2 },
  ]);
  expect(openChoices(choices, { rate: 0.3, weight: 2 })).toEqual([{ rate: 0.3, weight: 2 }]);
});

test('a setting whose 0 means something is left open by another value', () => {
  expect(openChoices(choices, { rate: 0.3, weight: -1 }, { weight: -1 })).toEqual([
    { rate: 0.3, weight: 8 },
    { rate: 0.3, weight: 4 },
  ]);
  expect(openChoices(choices, { rate: 0.3, weight: 0 }, { weight: -1 })).toEqual([{ rate: 0.3, weight: 0 }]);
});

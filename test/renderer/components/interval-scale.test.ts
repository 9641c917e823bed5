import { expect, test } from 'vitest';
import { placeOn, scaleOver } from '../../../renderer/components/interval-scale.ts';

test('a scale holds all values with a little room, and starts no lower than zero where nothing is below', () => {
  expect(scaleOver([-1, 0, 1.5])).toEqual([-1.1, 1.6]);
  expect(scaleOver([0, 1])).toEqual([0, 1.04]);
  expect(scaleOver([2])).toEqual([0, 4]);
  expect(scaleOver([0])).toEqual([0, 1]);
  expect(scaleOver([Number.NaN])).toEqual([0, 1]);
});

test('a value stands at its share of the scale, and never beyond its ends', () => {
  expect(placeOn([-1, 3], 0)).toBe(25);
  expect(placeOn([-1, 3], 9)).toBe(100);
  expect(placeOn([-1, 3], -9)).toBe(0);
});

import { expect, test } from 'vitest';
import { fuse, fuseUser, weightsBeside } from '../../../engine/models/fusion.ts';

const scores = (...values: number[]): Float32Array => Float32Array.from(values);
const nothing = new Int32Array(0);
const rounded = (values: Float32Array): number[] => [...values].map((value) => Math.round(value * 1e4) / 1e4);

test('scaled to 0 to 1, each model adds its weight at its best item', () => {
  // First model: (s − 1) / 4; second: (s − 10) / 20; the second counts twice.
  const fused = fuseUser([scores(1, 3, 5), scores(30, 10, 20)], nothing, { method: 'min-max', weights: [1, 2], rankConstant: 60 });
  expect(rounded(fused)).toEqual([0 + 2, 0.5 + 0, 1 + 1]);
});

test('standardised, the scale of a model does not matter, and one that says the same of everything says nothing', () => {
  const fusion = { method: 'standard' as const, weights: [1, 1], rankConstant: 60 };
  // Mean 2, standard deviation √(2/3) = 0.8165.
  expect(rounded(fuseUser([scores(1, 2, 3), scores(7, 7, 7)], nothing, fusion))).toEqual([-1.2247, 0, 1.2247]);
  expect(rounded(fuseUser([scores(100, 200, 300), scores(7, 7, 7)], nothing, fusion))).toEqual([-1.2247, 0, 1.2247]);
});

test('reciprocal ranks look at the order alone, and give no rank to what the user had', () => {
  const fusion = { method: 'reciprocal-rank' as const, weights: [1, 1], rankConstant: 60 };
  // Item 0 is had. Ranks of the first: item 2, 1, 3; of the second: 1, 3, 2.
  const fused = fuseUser([scores(9, 2, 3, 1), scores(9, 0.9, 0.1, 0.5)], Int32Array.of(0), fusion);
  expect(rounded(fused)).toEqual(rounded(scores(0, 1 / 62 + 1 / 61, 1 / 61 + 1 / 63, 1 / 63 + 1 / 62)));
});

test('what a user had changes no mean and no least or most', () => {
  const fusion = { method: 'min-max' as const, weights: [1], rankConstant: 60 };
  expect(rounded(fuseUser([scores(1000, 1, 2, 3)], Int32Array.of(0), fusion)).slice(1)).toEqual([0, 0.5, 1]);
});

test('many users are fused as each alone', () => {
  const fusion = { method: 'standard' as const, weights: [3, 1], rankConstant: 60 };
  const [a, b] = [
    { rows: 2, columns: 3, data: scores(1, 2, 3, 9, 5, 1) },
    { rows: 2, columns: 3, data: scores(0, 5, 1, 2, 2, 8) },
  ];
  const { data } = fuse([a, b], (at) => Int32Array.of(at), fusion);
  expect(data.slice(3)).toEqual(fuseUser([a.data.slice(3), b.data.slice(3)], Int32Array.of(1), fusion));
});

test('beside some weights lie those where one model counts three times as much, or a third', () => {
  expect(weightsBeside([1, 1])).toEqual([
    [3, 1],
    [1, 3],
  ]);
  // Back where it came from, in smallest numbers.
  expect(weightsBeside([3, 1])).toEqual([
    [9, 1],
    [1, 1],
  ]);
  expect(weightsBeside([81, 1])).toEqual([[27, 1]]);
  expect(weightsBeside([1, 1, 1])).toEqual([
    [3, 1, 1],
    [1, 3, 3],
    [1, 3, 1],
    [3, 1, 3],
    [1, 1, 3],
    [3, 3, 1],
  ]);
});

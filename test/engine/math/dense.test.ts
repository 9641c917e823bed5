import { expect, test } from 'vitest';
import { denseNetworkArrays, denseNetworkFrom, scoreDense, sigmoid } from '../../../engine/math/dense.ts';

const network = {
  mean: Float32Array.of(1, 0),
  scale: Float32Array.of(2, 1),
  layers: [
    { weights: { rows: 2, columns: 2, data: Float32Array.of(1, -1, 2, 0) }, bias: Float32Array.of(0.5, 0) },
    { weights: { rows: 2, columns: 1, data: Float32Array.of(1, 3) }, bias: Float32Array.of(-1) },
  ],
};

test('a hand-worked network: standardise, dense, ReLU, dense, sigmoid', () => {
  // Row (5, 1): standardised (2, 1); first layer (2 + 2 + .5, -2) → ReLU (4.5, 0); logit 4.5 - 1 = 3.5.
  // Row (-1, 0): standardised (-1, 0); first layer (-.5, 1) → ReLU (0, 1); logit 3 - 1 = 2.
  const scores = scoreDense(network, { rows: 2, columns: 2, data: Float32Array.of(5, 1, -1, 0) });
  expect(scores[0]).toBeCloseTo(1 / (1 + Math.exp(-3.5)), 6);
  expect(scores[1]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
});

test('the sigmoid of very large logits is 0 or 1, not NaN', () => {
  expect([sigmoid(-2000), sigmoid(0), sigmoid(2000)]).toEqual([0, 0.5, 1]);
});

test('a network survives its saved form', () => {
  expect(denseNetworkFrom(denseNetworkArrays(network))).toEqual(network);
});

test('a saved ranker that does not fit together is refused by the name of its array', () => {
  const arrays = denseNetworkArrays(network);
  const { 'ranker.scale': _scale, ...withoutScale } = arrays;
  expect(() => denseNetworkFrom(withoutScale)).toThrow(/ranker\.scale is missing/);
  const { 'ranker.layer0.weights': _weights, ...withoutLayers } = arrays;
  expect(() => denseNetworkFrom(withoutLayers)).toThrow(/ranker\.layer0\.weights is missing/);
  expect(() => denseNetworkFrom({ ...arrays, 'ranker.layer1.weights': { shape: [3, 1], data: new Float32Array(3) } })).toThrow(
    /ranker\.layer1\.weights has shape \[3,1\]/,
  );
  expect(() => denseNetworkFrom({ ...arrays, 'ranker.scale': { shape: [2], data: Float32Array.of(1, 0) } })).toThrow(
    /scale that is not above 0/,
  );
});

test('rows of another width are refused', () => {
  expect(() => scoreDense(network, { rows: 1, columns: 3, data: new Float32Array(3) })).toThrow(/takes 2 features, and 3 were given/);
});

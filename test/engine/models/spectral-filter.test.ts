import { beforeAll, expect, test } from 'vitest';
import { toSparseMatrix } from '../../../engine/math/sparse.ts';
import type { FitContext } from '../../../engine/models/model.ts';
import { parseParams } from '../../../engine/models/parameters.ts';
import { spectralFilter } from '../../../engine/models/spectral-filter.ts';
import { loadTensorFlow, tensorFlow } from '../../../engine/models/tensorflow.ts';
import { checkerboard, noFeatures, quietContext } from '../../support/training-sets.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

// User 0 has 0 and 1, user 1 has 1; user 2 has 2. Weights do not count.
const interactions = {
  users: Int32Array.of(0, 0, 1, 2),
  items: Int32Array.of(0, 1, 1, 2),
  weights: Float32Array.of(1, 5, 1, 1),
  timestamps: new Float64Array(4),
};
const set = {
  userCount: 3,
  itemCount: 3,
  interactions,
  matrix: toSparseMatrix(interactions, 3, 3),
  userFeatures: noFeatures(3),
  itemFeatures: noFeatures(3),
};

test('histories that count otherwise share what was found, and all of it goes with the one that was kept', async () => {
  const { tf } = tensorFlow();
  const before = tf.memory().numTensors;
  const { set: board } = checkerboard(40, 24);
  // Validation that likes the third history best: four countings of one model are made.
  const liked = [0.1, 0.2, 0.3, 0.2, 0.1];
  const validate: FitContext['validate'] = async (score) => {
    score(Int32Array.of(0));
    return { 'ndcg@10': liked.shift() ?? 0 };
  };
  const fitted = await spectralFilter.fit(board, parseParams(spectralFilter, {}), { ...quietContext(), validate });
  fitted.score(Int32Array.of(0, 1));
  expect(tf.memory().numTensors).toBe(before + 1);
  fitted.dispose?.();
  expect(tf.memory().numTensors).toBe(before);
});

test('without what is smooth a score is one step over the graph, by hand', async () => {
  const fitted = await spectralFilter.fit(set, { components: 2, alpha: 0, itemExponent: 0.5, recency: 0 }, quietContext());
  // X = [1/√2 1/2 0; 0 1/√2 0; 0 0 1], XᵀX = [1/2 1/√8 0; 1/√8 3/4 0; 0 0 1].
  const expected = [0.5 + 1 / Math.sqrt(8), 1 / Math.sqrt(8) + 0.75, 0, 1 / Math.sqrt(8), 0.75, 0, 0, 0, 1];
  const scores = fitted.score(Int32Array.of(0, 1, 2)).data;
  expected.forEach((value, at) => {
    expect(scores[at]).toBeCloseTo(value, 5);
  });
  fitted.dispose?.();
});

test('all that is smooth together is the history itself, and the first of it is popularity among the related', async () => {
  const all = await spectralFilter.fit(set, { components: 3, alpha: 1000, itemExponent: 0.5, recency: 0 }, quietContext());
  const whole = all.score(Int32Array.of(0)).data;
  expect((whole[0] as number) / 1000).toBeCloseTo(1, 2);
  expect((whole[1] as number) / 1000).toBeCloseTo(1, 2);
  expect((whole[2] as number) / 1000).toBeCloseTo(0, 5);
  // Two parts of the graph, so the value 1 twice: √(1/3), √(2/3) of the first part, 1 of the second. From item 0 that is (1/3, √2/3 · √2, 0).
  const two = await spectralFilter.fit(set, { components: 2, alpha: 1000, itemExponent: 0.5, recency: 0 }, quietContext());
  const [first, second, third] = two.scoreItems?.(Int32Array.of(0)) ?? [];
  expect(first).toBeCloseTo(1000 / 3 + 0.5, 1);
  expect(second).toBeCloseTo(2000 / 3 + 1 / Math.sqrt(8), 1);
  expect(third).toBeCloseTo(0, 3);
  all.dispose?.();
  two.dispose?.();
});

test('somebody unknown is scored as a user with the same items is, whatever their order', async () => {
  const fitted = await spectralFilter.fit(set, { components: 2, alpha: 0.3, itemExponent: 0.25, recency: 0 }, quietContext());
  const known = fitted.score(Int32Array.of(0)).data;
  const unknown = fitted.scoreItems?.(Int32Array.of(1, 0, 1)) as Float32Array;
  known.forEach((value, item) => {
    expect(unknown[item]).toBeCloseTo(value, 5);
  });
  fitted.dispose?.();
});

test('validation chooses the exponent, then how many components, then alpha; what is given stays', async () => {
  let asked = 0;
  // The second exponent is better; of the others nothing is, until the last alpha.
  const validate = async (): Promise<Record<string, number>> => ({
    'ndcg@10': [0.1, 0.3, 0.2, 0.2, 0.2, 0.1, 0.1, 0.4][asked++] as number,
  });
  const fitted = await spectralFilter.fit(set, parseParams(spectralFilter, { recency: 0 }), quietContext(1, { validate }));
  expect(fitted.facts?.settled).toEqual({ components: 64, alpha: 0.1, itemExponent: 0.25, recency: 0 });
  expect(asked).toBe(8);
  const given = { components: 2, alpha: 0.3, itemExponent: 0.5, recency: 0 };
  const other = await spectralFilter.fit(set, given, quietContext(1, { validate }));
  expect(other.facts?.settled).toEqual(given);
  expect(asked).toBe(8);
  fitted.dispose?.();
  other.dispose?.();
});

test('an alpha below 0 that is not −1 is refused', () => {
  expect(() => parseParams(spectralFilter, { alpha: -0.5 })).toThrow(/−1, or 0 and more/);
  expect(() => parseParams(spectralFilter, { itemExponent: -0.5 })).toThrow(/−1, or 0 and more/);
});

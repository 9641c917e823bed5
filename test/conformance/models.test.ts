import { beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '#contract/errors';
import type { NamedArrays } from '../../engine/math/arrays.ts';
import { decodeSafetensors, encodeSafetensors } from '../../engine/math/safetensors.ts';
import { topK } from '../../engine/math/top-k.ts';
import { describeModel, parseParams } from '../../engine/models/parameters.ts';
import { retrievalModels } from '../../engine/models/registry.ts';
import { loadTensorFlow, tensorFlow } from '../../engine/models/tensorflow.ts';
import { checkerboard, quietContext } from '../support/training-sets.ts';

/** What makes a model quick on a few dozen users. */
const smallTwoTower = { dimensions: 8, batchSize: 64, epochs: 12 };
const small: Record<string, Record<string, unknown>> = {
  bpr: { dimensions: 8 },
  lightgcn: { dimensions: 8, epochs: 20, batchSize: 64 },
  sasrec: { dimensions: 8, batchSize: 64, epochs: 30 },
  'two-tower': smallTwoTower,
  hybrid: { models: ['two-tower', 'item-knn'], settings: { 'two-tower': smallTwoTower } },
};
/** Popularity is the same for everybody: it cannot tell the colours apart. */
const impersonal = new Set(['popularity']);

beforeAll(async () => {
  await loadTensorFlow();
});

describe.each(retrievalModels.map((model) => [model.id, model] as const))('%s', (id, model) => {
  const { set, missing } = checkerboard();
  const params = parseParams(model, small[id] ?? {});
  const users = Int32Array.from({ length: set.userCount }, (_, user) => user);
  const fit = (seed = 1) => model.fit(set, params, quietContext(seed));

  test('has a label, a sentence and parameters with defaults, descriptions and bounds', () => {
    const info = describeModel(model, 'retrieval');
    expect(info.label.length * info.summary.length).toBeGreaterThan(0);
    for (const parameter of info.parameters) {
      expect(parameter.default, parameter.name).toBeDefined();
      expect(parameter.description, parameter.name).toMatch(/\.$/);
      if (parameter.kind === 'integer' || parameter.kind === 'number') expect(parameter.maximum, parameter.name).toBeDefined();
    }
  });

  test('refuses a parameter that it does not have', () => {
    expect(() => parseParams(model, { colour: 'blue' })).toThrow(/no parameter "colour"/);
  });

  test.skipIf(impersonal.has(id))('finds the items that are missing from the pattern', async () => {
    const fitted = await fit();
    const { data, columns } = fitted.score(users);
    let found = 0;
    for (const user of users) {
      const scores = data.slice(user * columns, (user + 1) * columns);
      for (const item of set.matrix.indices.subarray(set.matrix.indptr[user], set.matrix.indptr[user + 1]))
        scores[item] = Number.NEGATIVE_INFINITY;
      found += [...topK(scores, 3).rows].filter((item) => missing[user]?.includes(item)).length;
    }
    expect(found / (users.length * 3)).toBeGreaterThan(0.95);
    fitted.dispose?.();
  });

  test('gives the same scores to the last digit with the same seed', async () => {
    const [first, second] = [await fit(3), await fit(3)];
    expect(first.score(users).data).toEqual(second.score(users).data);
    first.dispose?.();
    second.dispose?.();
  });

  test('scores the same after it was saved to a file and loaded', async () => {
    const fitted = await fit();
    const { arrays } = decodeSafetensors(encodeSafetensors(fitted.save()));
    const loaded = model.load(arrays, params);
    expect(loaded.score(users).data).toEqual(fitted.score(users).data);
    if (fitted.foldIn) expect(loaded.foldIn?.(Int32Array.of(0, 2, 4))).toEqual(fitted.foldIn(Int32Array.of(0, 2, 4)));
    fitted.dispose?.();
    loaded.dispose?.();
  });

  test('scores one user as it scores many, in any order', async () => {
    const fitted = await fit();
    const both = fitted.score(Int32Array.of(5, 2));
    expect(both.rows).toBe(2);
    const alone = fitted.score(Int32Array.of(2)).data;
    for (let item = 0; item < set.itemCount; item++) expect(both.data[set.itemCount + item]).toBeCloseTo(alone[item] as number, 5);
    fitted.dispose?.();
  });

  test.runIf(model.factorised)('has vectors whose dot product is its score', async () => {
    const fitted = await fit();
    const vectors = fitted.embed?.();
    if (!vectors) throw new Error('A factorised model embeds.');
    const scores = fitted.score(Int32Array.of(7)).data;
    for (let item = 0; item < set.itemCount; item++) {
      let dot = 0;
      for (let d = 0; d < vectors.users.columns; d++)
        dot +=
          (vectors.users.data[7 * vectors.users.columns + d] as number) * (vectors.items.data[item * vectors.items.columns + d] as number);
      expect(dot).toBeCloseTo(scores[item] as number, 5);
    }
    const saved: NamedArrays = fitted.save();
    expect(saved['item.embedding']?.shape).toEqual([set.itemCount, vectors.items.columns]);
    fitted.dispose?.();
  });

  // Popularity is one pass over the data, done before anybody could ask.
  test.skipIf(id === 'popularity')('stops when it is asked to', async () => {
    const stop = async (): Promise<void> => {
      throw new EngineError('cancelled', 'Stopped on request.');
    };
    const big = checkerboard(300, 400);
    await expect(model.fit(big.set, params, quietContext(1, { checkpoint: stop }))).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('gives all native memory back, also when it was stopped', async () => {
    const { tf, native } = tensorFlow();
    const before = [tf.memory().numTensors, native?.getNumOfTensors()];
    const fitted = await fit();
    fitted.score(users);
    fitted.dispose?.();
    await model
      .fit(set, params, quietContext(1, { checkpoint: () => Promise.reject(new Error('stopped')) }))
      .then((other) => other.dispose?.())
      .catch(() => undefined);
    expect([tf.memory().numTensors, native?.getNumOfTensors()]).toEqual(before);
  });
});

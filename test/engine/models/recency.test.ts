import { beforeAll, describe, expect, test } from 'vitest';
import { toSparseMatrix } from '../../../engine/math/sparse.ts';
import { bpr } from '../../../engine/models/bpr.ts';
import { ease } from '../../../engine/models/ease.ts';
import { ials } from '../../../engine/models/ials.ts';
import { itemKnn } from '../../../engine/models/item-knn.ts';
import type { FittedModel, Model, TrainingSet } from '../../../engine/models/model.ts';
import { normalisedLinear } from '../../../engine/models/normalised-linear.ts';
import { parseParams } from '../../../engine/models/parameters.ts';
import { ageDrawnBy, agesOf, historiesBy, historyRow, recencies, weighed } from '../../../engine/models/recency.ts';
import { rp3beta } from '../../../engine/models/rp3beta.ts';
import { spectralFilter } from '../../../engine/models/spectral-filter.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { checkerboard, quietContext } from '../../support/training-sets.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

/** One user who had 2, 0, 1 and then 2 again; and one who had 1 alone. */
const interactions = {
  users: Int32Array.of(0, 0, 1, 0, 0),
  items: Int32Array.of(2, 0, 1, 1, 2),
  weights: new Float32Array(5).fill(1),
  timestamps: Float64Array.of(1, 2, 3, 4, 5),
};
const matrix = toSparseMatrix(interactions, 2, 3);

describe('ages', () => {
  test('count the items that came after, from when an item was had last', () => {
    // Cells in the order of items: 0 was followed by 1 and 2, 1 by 2, and 2 came last.
    expect(agesOf({ interactions, matrix })).toEqual(Int32Array.of(2, 1, 0, 0));
  });

  test('are not there where nothing has a time', () => {
    expect(agesOf({ interactions: { ...interactions, timestamps: new Float64Array(5).fill(Number.NaN) }, matrix })).toBeNull();
  });

  test('halve what an item counts by the recency, and nothing at 0', () => {
    const ages = agesOf({ interactions, matrix });
    expect(historiesBy(matrix, ages, 1).cells.values).toEqual(Float32Array.of(0.25, 0.5, 1, 1));
    for (const [known, recency] of [
      [ages, 0],
      [null, 5],
    ] as const) {
      const { cells, recency: taken } = historiesBy(matrix, known, recency);
      expect([cells.values, taken]).toEqual([undefined, 0]);
    }
  });

  test('of a list are those of a known user with the same history', () => {
    expect(weighed(Int32Array.of(2, 0, 1, 2), 1)).toEqual([
      [0, 0.25],
      [1, 0.5],
      [2, 1],
    ]);
    expect(historyRow(Int32Array.of(2, 0, 1, 2), 3, 1)).toMatchObject({
      indices: Int32Array.of(0, 1, 2),
      values: Float32Array.of(0.25, 0.5, 1),
    });
  });

  test('are drawn as often as they count', () => {
    // Recency 1: weights 1, 1/2, 1/4 of ages 0, 1, 2, in all 7/4.
    const draws = Array.from({ length: 7000 }, (_, i) => ageDrawnBy((i + 0.5) / 7000, 3, 1));
    expect([0, 1, 2].map((age) => draws.filter((drawn) => drawn === age).length)).toEqual([4000, 2000, 1000]);
    expect([0, 0.3, 0.7, 0.999].map((uniform) => ageDrawnBy(uniform, 2, 0))).toEqual([0, 0, 1, 1]);
  });
});

const models: Model[] = [itemKnn, rp3beta, ease, normalisedLinear, spectralFilter, ials, bpr] as unknown as Model[];

/** The user's items, oldest first. */
function historyOf({ interactions: all }: TrainingSet, user: number): Int32Array {
  return all.items.filter((_, at) => all.users[at] === user);
}

describe.each(models.map((model) => [model.id, model] as const))('%s', (id, model) => {
  const { set } = checkerboard(40, 24);
  const fit = (recency: number): Promise<FittedModel> => model.fit(set, parseParams(model, { recency }), quietContext());

  test.skipIf(id === 'bpr')('scores somebody unknown as it scores a known user with the same items in the same order', async () => {
    const fitted = await fit(3);
    const own = historyOf(set, 5);
    const known = fitted.score(Int32Array.of(5)).data;
    const items = fitted.embed?.().items;
    const vector = fitted.foldIn?.(own);
    const unknown =
      items && vector
        ? Float32Array.from({ length: items.rows }, (_, item) =>
            vector.reduce((sum, x, d) => sum + x * (items.data[item * items.columns + d] as number), 0),
          )
        : (fitted.scoreItems?.(own) as Float32Array);
    const scale = known.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    known.forEach((value, item) => {
      expect(Math.abs((unknown[item] as number) - value) / scale, `item ${item}`).toBeLessThan(2e-4);
    });
    fitted.dispose?.();
  });

  test('follows the latest items the more, the shorter the recency', async () => {
    // Of the own colour all are much alike: the old half of the history turned to the other colour's items, what scores is what came last.
    const flip = (user: number): Int32Array =>
      Int32Array.from({ length: 6 }, (_, i) => (i < 3 ? 2 * i + 1 - (user % 2) : 2 * i + (user % 2)));
    const share = async (recency: number): Promise<number> => {
      const fitted = await fit(recency);
      const items = fitted.embed?.().items;
      const vector = fitted.foldIn?.(flip(0));
      const scores =
        items && vector
          ? Float32Array.from({ length: items.rows }, (_, item) =>
              vector.reduce((sum, x, d) => sum + x * (items.data[item * items.columns + d] as number), 0),
            )
          : (fitted.scoreItems?.(flip(0)) as Float32Array);
      fitted.dispose?.();
      const of = (colour: number): number =>
        scores.reduce((sum, score, item) => (item % 2 === colour && item >= 12 ? sum + score : sum), 0);
      return of(0) - of(1);
    };
    expect(await share(1)).toBeGreaterThan((await share(0)) + 1e-3);
  });

  test('is kept as it was settled, and read back', async () => {
    const fitted = await fit(2);
    expect(fitted.facts?.settled).toMatchObject({ recency: 2 });
    const loaded = model.load(fitted.save(), parseParams(model, { recency: 2 }));
    const users = Int32Array.of(0, 7, 39);
    expect(loaded.score(users).data).toEqual(fitted.score(users).data);
    loaded.dispose?.();
    fitted.dispose?.();
  });

  test('is chosen by validation where it is left open', async () => {
    // Each recency is liked better than the one before, and nothing after them. Models that learn by epochs ask once on the way.
    const given: Record<string, Record<string, number>> = {
      ials: { unobserved: 0.3, regularisation: 4, exponent: 0, epochs: 4 },
      bpr: { learningRate: 0.1, regularisation: 0.01, epochs: 4 },
    };
    const best = (id in given ? 1 : 0) + 1 + recencies.length;
    let asked = 0;
    const validate = async (): Promise<Record<string, number>> => ({ 'ndcg@10': ++asked <= best ? asked / 100 : 0 });
    const fitted = await model.fit(set, parseParams(model, given[id] ?? {}), quietContext(1, { validate }));
    expect(fitted.facts?.settled?.recency).toBe(recencies.at(-1));
    fitted.dispose?.();
  });

  test.skipIf(id === 'ials' || id === 'bpr')('stays all alike where the first steps away from that are no better', async () => {
    let asked = 0;
    // What comes after two steps would be better by chance; it is not asked.
    const validate = async (): Promise<Record<string, number>> => ({ 'ndcg@10': [0.3, 0.3, 0.2, 0.9][asked++] ?? 0 });
    const given: Record<string, Record<string, unknown>> = {
      'item-knn': { weighting: 'cosine', shrinkage: 0 },
      rp3beta: { alpha: 1, beta: 0.2, keep: 'end' },
      ease: { ridge: 10 },
      'normalised-linear': { itemExponent: 0.25, ridge: 0.1 },
      'spectral-filter': { components: 2, alpha: 1, itemExponent: 0.5 },
    };
    const fitted = await model.fit(set, parseParams(model, given[id] ?? {}), quietContext(1, { validate }));
    expect(fitted.facts?.settled?.recency).toBe(0);
    expect(asked).toBe(3);
    fitted.dispose?.();
  });
});

import { beforeAll, expect, test } from 'vitest';
import type { NamedArrays } from '../../../engine/math/arrays.ts';
import { ials } from '../../../engine/models/ials.ts';
import type { FittedModel } from '../../../engine/models/model.ts';
import { parseParams } from '../../../engine/models/parameters.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { checkerboard, quietContext } from '../../support/training-sets.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

const settings = { dimensions: 6, unobserved: 0.2, regularisation: 1.5, exponent: 0.5, eventWeights: false, recency: 0, epochs: 60 };
const { set } = checkerboard(40, 24);
const values = (fitted: FittedModel, name: string): Float64Array => Float64Array.from((fitted.save()[name] as { data: Float64Array }).data);

/** The objective as it is written, over every pair. */
function objective(users: Float64Array, items: Float64Array, d: number): number {
  const { matrix, userCount, itemCount } = set;
  const had = new Set<number>();
  const usersOf = new Float64Array(itemCount);
  for (let user = 0; user < userCount; user++) {
    for (const item of matrix.indices.subarray(matrix.indptr[user], matrix.indptr[user + 1])) {
      had.add(user * itemCount + item);
      usersOf[item] = (usersOf[item] as number) + 1;
    }
  }
  const userFrequency = Array.from({ length: userCount }, (_, u) =>
    Math.sqrt((matrix.indptr[u + 1] as number) - (matrix.indptr[u] as number) + 0.2 * itemCount),
  );
  const itemFrequency = Array.from(usersOf, (count) => Math.sqrt(count + 0.2 * userCount));
  const lambda = (1.5 * (userCount + itemCount)) / [...userFrequency, ...itemFrequency].reduce((sum, f) => sum + f, 0);
  const square = (vectors: Float64Array, row: number): number =>
    vectors.subarray(row * d, (row + 1) * d).reduce((sum, x) => sum + x * x, 0);
  let loss = 0;
  for (let u = 0; u < userCount; u++) {
    loss += lambda * (userFrequency[u] as number) * square(users, u);
    for (let i = 0; i < itemCount; i++) {
      let score = 0;
      for (let k = 0; k < d; k++) score += (users[u * d + k] as number) * (items[i * d + k] as number);
      loss += 0.2 * score * score + (had.has(u * itemCount + i) ? (score - 1) ** 2 : 0);
    }
  }
  for (let i = 0; i < itemCount; i++) loss += lambda * (itemFrequency[i] as number) * square(items, i);
  return loss;
}

test('no vector can be moved without making the objective worse', async () => {
  const fitted = await ials.fit(set, settings, quietContext());
  const [users, items] = [values(fitted, 'user.embedding'), values(fitted, 'item.embedding')];
  const least = objective(users, items, 6);
  for (const vectors of [users, items]) {
    for (const at of [0, 7, 50, 100, vectors.length - 1]) {
      const kept = vectors[at] as number;
      const [up, down] = [0.05, -0.05].map((by) => {
        vectors[at] = kept + by;
        return objective(users, items, 6);
      }) as [number, number];
      vectors[at] = kept;
      expect(Math.min(up, down)).toBeGreaterThan(least);
      // At the bottom of a parabola both sides are as high.
      expect(Math.abs(up - down)).toBeLessThan(0.02 * (up + down - 2 * least));
    }
  }
  fitted.dispose?.();
});

test('a user folded in by their items gets the vector that training gave them, and so does an item by its users', async () => {
  const fitted = await ials.fit(set, settings, quietContext());
  const { matrix } = set;
  const own = matrix.indices.subarray(matrix.indptr[3], matrix.indptr[4]);
  const users = values(fitted, 'user.embedding').subarray(18, 24);
  fitted.foldIn?.(own).forEach((value, d) => {
    expect(value).toBeCloseTo(users[d] as number, 4);
  });
  const userRows = Int32Array.from(
    Array.from({ length: set.userCount }, (_, user) => user).filter((user) =>
      matrix.indices.subarray(matrix.indptr[user], matrix.indptr[user + 1]).includes(5),
    ),
  );
  const items = values(fitted, 'item.embedding').subarray(30, 36);
  fitted.foldInItem?.({ userRows, features: null }).forEach((value, d) => {
    expect(value).toBeCloseTo(items[d] as number, 3);
  });
  // Brought up to date, a user is where training would take somebody with all of these items; with nothing new, where they were.
  const more = Int32Array.of(...own, ...Array.from({ length: set.itemCount }, (_, item) => item).filter((item) => !own.includes(item)));
  const follow = (items: Int32Array) => fitted.follow?.(3, { items, before: own, since: items.subarray(own.length) }) as Float32Array;
  expect(follow(more)).toEqual(fitted.foldIn?.(more));
  follow(own).forEach((value, d) => {
    expect(value).toBeCloseTo(users[d] as number, 4);
  });
  // Twice the same item is one item, and nobody's items are nowhere.
  expect(fitted.foldIn?.(Int32Array.of(...own, own[0] as number))).toEqual(fitted.foldIn?.(own));
  expect(fitted.foldIn?.(new Int32Array(0))).toEqual(new Float32Array(6));
  fitted.dispose?.();
});

test('with event weights, which a fold-in does not count, known users are not solved anew', () => {
  const arrays = {
    'user.embedding': { shape: [1, 1], data: Float32Array.of(1) },
    'item.embedding': { shape: [1, 1], data: Float32Array.of(1) },
    'user.gram': { shape: [1, 1], data: Float64Array.of(1) },
    'item.gram': { shape: [1, 1], data: Float64Array.of(1) },
    'ials.settings': { shape: [3], data: Float64Array.of(0.5, 1, 0) },
  };
  const loaded = (eventWeights: boolean) => ials.load(arrays, parseParams(ials, { eventWeights }));
  // One item at 1: (½ · 1 + 1 + 1) x = 1.
  expect(loaded(false).follow?.(0, { items: Int32Array.of(0), before: Int32Array.of(), since: Int32Array.of(0) })).toEqual(
    Float32Array.of(0.4),
  );
  expect(loaded(true).follow).toBeUndefined();
});

test('with event weights a pair of weight two counts as two', async () => {
  // One user and one item: (w (1 + …) …) x = w y, both regularised alike. At the optimum x = y, w (1 − x²) = (α x² + strength).
  const pair = (weight: number) => ({
    ...set,
    userCount: 1,
    itemCount: 1,
    matrix: {
      rows: 1,
      columns: 1,
      indptr: Int32Array.of(0, 1),
      indices: Int32Array.of(0),
      values: Float32Array.of(weight),
    },
  });
  for (const [weight, eventWeights] of [
    [2, true],
    [1, true],
    [2, false],
  ] as const) {
    const fitted = await ials.fit(
      pair(weight),
      { ...settings, dimensions: 1, regularisation: 0.4, eventWeights, epochs: 200 },
      quietContext(),
    );
    const w = eventWeights ? weight : 1;
    // (w + α) x³ + 0.4 x = w x, so x² = (w − 0.4) / (w + 0.2).
    expect(fitted.score(Int32Array.of(0)).data[0]).toBeCloseTo((w - 0.4) / (w + 0.2), 4);
    fitted.dispose?.();
  }
});

test('validation chooses, and what it chose is settled for the training on all data', async () => {
  let asked = 0;
  const context = quietContext(1, {
    validate: async () => ({ 'ndcg@10': 1 / ++asked }),
  });
  const open = { ...settings, unobserved: 0, regularisation: 0, exponent: -1, epochs: 16 };
  const fitted = await ials.fit(set, open, context);
  expect(fitted.facts?.settled).toEqual({ unobserved: 0.3, regularisation: 8, exponent: 1, recency: 0 });
  // Five side by side at epoch 4, three of them at 8, two at 12, and the last at 16.
  expect(asked).toBe(5 + 3 + 2 + 1);
  fitted.dispose?.();
});

test('a training that was interrupted goes on to the same bits', async () => {
  const whole = await ials.fit(set, { ...settings, epochs: 5 }, quietContext());
  let kept: { epoch: number; arrays: NamedArrays } | null = null;
  const stopped = ials.fit(
    set,
    { ...settings, epochs: 5 },
    quietContext(1, {
      keepEpoch: async (epoch, arrays) => {
        const copies = Object.entries(arrays()).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }] as const);
        kept = { epoch, arrays: Object.fromEntries(copies) };
        if (epoch === 2) throw new Error('interrupted');
      },
    }),
  );
  await expect(stopped).rejects.toThrow('interrupted');
  const resumed = await ials.fit(set, { ...settings, epochs: 5 }, quietContext(1, { resume: kept }));
  expect(resumed.save()['user.embedding']).toEqual(whole.save()['user.embedding']);
  whole.dispose?.();
  resumed.dispose?.();
});

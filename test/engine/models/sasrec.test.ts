import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../../engine/math/random.ts';
import { followerOf } from '../../../engine/models/freshened.ts';
import { parseParams } from '../../../engine/models/parameters.ts';
import { sasrec } from '../../../engine/models/sasrec.ts';
import { batchesOf, cutHistories } from '../../../engine/models/sasrec-sequences.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { createHistories } from '../../../engine/models/two-tower-examples.ts';
import { chains, checkerboard, quietContext } from '../../support/training-sets.ts';

const small = { dimensions: 8, batchSize: 64, epochs: 4 };

beforeAll(async () => {
  await loadTensorFlow();
});

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

/** Places of the histories of a training set, as the fold-in takes them. */
function historyOf(set: Parameters<typeof createHistories>[0], user: number): Int32Array {
  const { offsets, items } = createHistories(set);
  return items.slice(offsets[user], offsets[user + 1]);
}

describe('the vector in plain arrays', () => {
  test.each([{ heads: 1 }, { heads: 2, blocks: 3 }, { maxLength: 4 }])('is that of TensorFlow: %j', async (changes) => {
    const { set } = checkerboard(30, 24);
    const params = parseParams(sasrec, { ...small, ...changes });
    const fitted = await sasrec.fit(set, params, quietContext(2));
    const { users } = fitted.embed?.() ?? { users: null };
    for (let user = 0; user < set.userCount; user++) {
      const vector = fitted.foldIn?.(historyOf(set, user)) as Float32Array;
      vector.forEach((x, d) => {
        expect(Math.abs(x - (users?.data[user * 8 + d] as number))).toBeLessThan(1e-4);
      });
    }
    // A known user who has had more is read anew, the whole sequence in its order.
    const [items, before, since] = [Int32Array.of(5, 2, 9, 7), Int32Array.of(5, 9), Int32Array.of(2, 7)];
    expect(followerOf(sasrec.load(fitted.save(), { ...params, horizon: 1 }))?.(0, { items, before, since })).toEqual(
      fitted.foldIn?.(items),
    );
    expect(sasrec.load(fitted.save(), { ...params, horizon: 20 }).follow).toBeUndefined();
    expect(fitted.foldIn?.(items)).not.toEqual(fitted.foldIn?.(Int32Array.of(5, 9, 2, 7)));
    fitted.dispose?.();
  });

  test('is a direction for nobody’s items too: what users start with', async () => {
    const { set } = checkerboard();
    const params = parseParams(sasrec, small);
    const fitted = await sasrec.fit(set, params, quietContext());
    const vector = fitted.foldIn?.(new Int32Array(0)) as Float32Array;
    expect(cosine(vector, vector)).toBeCloseTo(1, 5);
    fitted.dispose?.();
  });
});

test('what follows from the last item is learned: where everybody walks along a ring, the next item comes first', async () => {
  const { set, next } = chains();
  const params = parseParams(sasrec, { dimensions: 16, batchSize: 128, epochs: 30 });
  const fitted = await sasrec.fit(set, params, quietContext());
  const { data, columns } = fitted.score(Int32Array.from(next, (_, user) => user));
  const hits = next.filter((item, user) => {
    const scores = data.slice(user * columns, (user + 1) * columns);
    // What a user had is never told apart from what comes next: it is left out of every list.
    for (const met of historyOf(set, user)) scores[met] = Number.NEGATIVE_INFINITY;
    return scores.every((score, other) => other === item || score < (scores[item] as number));
  });
  expect(hits.length / next.length).toBeGreaterThan(0.9);
  fitted.dispose?.();
});

test('dropout depends on the seed and on nothing else, and changes what is learned', async () => {
  const { set } = checkerboard();
  const scores = async (dropout: number): Promise<Float32Array> => {
    const fitted = await sasrec.fit(set, parseParams(sasrec, { ...small, dropout }), quietContext(4));
    const { data } = fitted.score(Int32Array.of(0, 1));
    fitted.dispose?.();
    return data;
  };
  const [first, again, other] = [await scores(0.5), await scores(0.5), await scores(0)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('on a catalogue that is too large to be seen whole, items are drawn', async () => {
  const { set } = checkerboard(40, 24);
  const itemCount = 5000;
  const large = { ...set, itemCount, matrix: { ...set.matrix, columns: itemCount } };
  const fitted = await sasrec.fit(large, parseParams(sasrec, { ...small, epochs: 12, negatives: 64 }), quietContext());
  const scores = fitted.score(Int32Array.of(0)).data;
  const mean = (first: number): number => {
    let sum = 0;
    for (let item = first; item < 24; item += 2) sum += (scores[item] as number) / 12;
    return sum;
  };
  // User 0 has the even items.
  expect(mean(0)).toBeGreaterThan(mean(1) + 0.1);
  fitted.dispose?.();
});

test('a new item stands nearer to users like those who had it than to the others', async () => {
  const { set } = checkerboard();
  const fitted = await sasrec.fit(set, parseParams(sasrec, { ...small, epochs: 12 }), quietContext());
  const vector = fitted.foldInItem?.({ userRows: Int32Array.of(0, 2, 4, 6), features: null }) as Float32Array;
  const users = fitted.embed?.().users.data as Float32Array;
  const nearness = (colour: number): number => {
    let sum = 0;
    for (let user = 8 + colour; user < set.userCount; user += 2) sum += cosine(vector, users.subarray(user * 8, (user + 1) * 8));
    return sum / 16;
  };
  expect(nearness(0)).toBeGreaterThan(nearness(1) + 0.5);
  expect(fitted.foldInItem?.({ userRows: new Int32Array(0), features: null })).toEqual(new Float32Array(8));
  fitted.dispose?.();
});

test('a stop is heard while users are embedded', async () => {
  const { set } = checkerboard();
  const phases: string[] = [];
  const checkpoint = async ({ phase }: { phase: string }): Promise<void> => {
    phases.push(phase);
    if (phase === 'Embedding users') throw new Error('stopped');
  };
  await expect(sasrec.fit(set, parseParams(sasrec, small), quietContext(1, { checkpoint }))).rejects.toThrow('stopped');
  expect(phases.at(-1)).toBe('Embedding users');
});

test('heads that do not divide the dimensions are refused in words', async () => {
  const { set } = checkerboard();
  await expect(sasrec.fit(set, parseParams(sasrec, { ...small, heads: 3 }), quietContext())).rejects.toThrow(/3 do not divide 8/);
});

describe('histories as sequences', () => {
  const histories = {
    offsets: Int32Array.of(0, 3, 3, 14),
    items: Int32Array.from({ length: 14 }, (_, i) => i),
    weights: new Float32Array(14),
  };

  test('each item is predicted once an epoch, and no stretch is longer than allowed', () => {
    for (let seed = 0; seed < 20; seed++) {
      const stretches = cutHistories(histories, 4, createRandom(seed));
      const predicted = stretches.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
      expect(predicted).toEqual(Array.from({ length: 14 }, (_, i) => i));
      for (const { user, from, to } of stretches) {
        expect(to - from).toBeLessThanOrEqual(4);
        expect(from).toBeGreaterThanOrEqual(histories.offsets[user] as number);
        expect(to).toBeLessThanOrEqual(histories.offsets[user + 1] as number);
      }
    }
  });

  test('long histories are cut at other places in another epoch', () => {
    const cuts = new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(cutHistories(histories, 4, createRandom(seed)))));
    expect(cuts.size).toBe(4);
  });

  test('batches hold every stretch once, and after they are filled up no more rows than asked for', () => {
    const stretches = cutHistories(histories, 3, createRandom(1));
    const batches = batchesOf(stretches, 6, createRandom(1));
    expect(new Set(batches.flat())).toEqual(new Set(stretches));
    expect(batches.flat()).toHaveLength(stretches.length);
    for (const batch of batches) expect(batch.length * Math.max(...batch.map(({ from, to }) => to - from))).toBeLessThanOrEqual(6);
  });
});

import { beforeAll, describe, expect, test } from 'vitest';
import { toSparseMatrix } from '../../../engine/math/sparse.ts';
import { BagWriter } from '../../../engine/models/bags.ts';
import { parseParams } from '../../../engine/models/parameters.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { twoTower } from '../../../engine/models/two-tower.ts';
import { assertTargetsUnseen, createHistories, recentBefore } from '../../../engine/models/two-tower-examples.ts';
import { foldInUser } from '../../../engine/models/two-tower-fold-in.ts';
import { createTowerLayout, recencyWeights, standardised } from '../../../engine/models/two-tower-layout.ts';
import { checkerboard, noFeatures, quietContext } from '../../support/training-sets.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

describe('the recent items of an example', () => {
  // User 0 meets 4, 2, 4 again, 5, 2 again, 7; user 1 meets 2.
  const users = Int32Array.of(0, 0, 1, 0, 0, 0, 0);
  const items = Int32Array.of(4, 2, 2, 4, 5, 2, 7);
  const interactions = { users, items, weights: Float32Array.of(1, 2, 3, 4, 5, 6, 7), timestamps: new Float64Array(7) };
  const histories = createHistories({ userCount: 2, interactions, matrix: toSparseMatrix(interactions, 2, 8) });

  test('histories hold each item once, by the first meeting, with all its weight', () => {
    expect(Array.from(histories.offsets)).toEqual([0, 4, 5]);
    expect(Array.from(histories.items)).toEqual([4, 2, 5, 7, 2]);
    expect(Array.from(histories.weights)).toEqual([1 + 4, 2 + 6, 5, 7, 3]);
  });

  test('are those before its own item, never it and nothing later', () => {
    for (let user = 0; user < 2; user++) {
      const begin = histories.offsets[user] as number;
      for (let at = begin; at < (histories.offsets[user + 1] as number); at++) {
        const from = recentBefore(histories, user, at, 2);
        const recent = [...histories.items.subarray(from, at)];
        expect(recent).toEqual([...histories.items.subarray(begin, at)].slice(-2));
        expect(recent).not.toContain(histories.items[at]);
      }
    }
  });

  test('are none for the first meeting, and none of another user', () => {
    expect(recentBefore(histories, 0, 0, 20)).toBe(0);
    expect(recentBefore(histories, 1, 4, 20)).toBe(4);
  });

  test('count less the older they are, and add up to one', () => {
    // 1/4 : 1/2 : 1
    expect(Array.from(recencyWeights(3, 0.5), (weight) => weight * 7)).toEqual([1, 2, 4].map((x) => expect.closeTo(x, 5)));
    expect(Array.from(recencyWeights(4, 1))).toEqual([0.25, 0.25, 0.25, 0.25]);
  });
});

test('a user tower that would see its target among the recent items is refused', () => {
  // User 0 met 3, 5; user 1 met 5, 2 and 5 again: the last would be predicted from a past that has it.
  const [offsets, weights] = [Int32Array.of(0, 2, 5), new Float32Array(5)];
  expect(() => assertTargetsUnseen({ offsets, weights, items: Int32Array.of(3, 5, 5, 2, 4) }, 8)).not.toThrow();
  expect(() => assertTargetsUnseen({ offsets, weights, items: Int32Array.of(3, 5, 5, 2, 5) }, 8)).toThrow(
    /Leakage: the history of user row 1 has item row 5 twice/,
  );
});

test('a bag holds id, categories, the mean of the tags and numbers as weights', () => {
  const userFeatures = { ...noFeatures(2), categories: [{ name: 'cohort', vocabulary: ['a', 'b'], codes: Int32Array.of(1, -1) }] };
  const itemFeatures = {
    rows: 2,
    categories: [{ name: 'type', vocabulary: ['video'], codes: Int32Array.of(0, 0) }],
    lists: [{ name: 'tags', vocabulary: ['x', 'y'], offsets: Int32Array.of(0, 2, 2), codes: Int32Array.of(0, 1) }],
    numbers: [{ name: 'difficulty', values: Float32Array.of(1, 3) }],
  };
  // Rows: users 0–1, cohorts 2–3, items 4–5, type 6, tags 7–8, difficulty 9.
  const layout = createTowerLayout(userFeatures, itemFeatures, 2, 2, 0.5);
  const written = (write: (writer: BagWriter) => void): number[][] => {
    const writer = new BagWriter();
    write(writer);
    const { rows, weights } = writer.bags();
    return Array.from(rows, (row, i) => [row, weights[i] as number]);
  };
  expect([layout.rows, layout.firstItem]).toEqual([10, 4]);
  expect(written((writer) => layout.writeUser(writer, 0, Int32Array.of(0, 1), 1, 2))).toEqual([
    [0, 1],
    [3, 1],
    [5, 1],
  ]);
  expect(written((writer) => layout.writeUser(writer, 1, Int32Array.of(), 0, 0))).toEqual([[1, 1]]);
  // Difficulty 1 of 1 and 3 is one standard deviation below the mean.
  expect(written((writer) => layout.writeItem(writer, 0))).toEqual([
    [4, 1],
    [6, 1],
    [7, 0.5],
    [8, 0.5],
    [9, -1],
  ]);
  // Without the id, as where it is dropped: the attributes alone; an item that has none keeps its id.
  expect(written((writer) => layout.writeItem(writer, 0, false))).toHaveLength(4);
  const bare = createTowerLayout(noFeatures(2), noFeatures(2), 2, 2, 0.5);
  expect(written((writer) => bare.writeItem(writer, 1, false))).toEqual([[3, 1]]);
});

test('numbers are standardised; what is missing is the mean, and outliers are held in', () => {
  expect(Array.from(standardised(Float32Array.of(1, Number.NaN, 3)))).toEqual([-1, 0, 1]);
  expect(Array.from(standardised(Float32Array.of(5, 5)))).toEqual([0, 0]);
  expect(Math.max(...standardised(Float32Array.from({ length: 100 }, (_, i) => (i === 0 ? 1e9 : i % 2))))).toBe(3);
});

test('somebody unknown is folded in by the tower’s own rule', () => {
  const inputs = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 0, 1, 9, 9) };
  // Items 0, 1 with decay ½: ⅓ (1, 0) + ⅔ (0, 1), scaled to length 1.
  const vector = foldInUser({ inputs, layers: [], recentItems: 2, recentDecay: 0.5 }, inputs, Int32Array.of(2, 0, 1));
  expect(Array.from(vector)).toEqual([expect.closeTo(1 / Math.sqrt(5), 6), expect.closeTo(2 / Math.sqrt(5), 6)]);
  expect(Array.from(foldInUser({ inputs: null, layers: [], recentItems: 2, recentDecay: 0.5 }, inputs, new Int32Array(0)))).toEqual([0, 0]);
});

test('a folded-in user is scored like a known one with the same colour', async () => {
  const { set } = checkerboard();
  const fitted = await twoTower.fit(set, parseParams(twoTower, { dimensions: 8, batchSize: 64, epochs: 12, hidden: [8] }), quietContext());
  const vectors = fitted.embed?.();
  const user = fitted.foldIn?.(Int32Array.of(1, 5, 9)) as Float32Array;
  const score = (item: number): number => user.reduce((sum, x, d) => sum + x * (vectors?.items.data[item * 8 + d] as number), 0);
  expect(Math.min(score(3), score(7), score(11))).toBeGreaterThan(Math.max(score(2), score(6), score(10)));
  fitted.dispose?.();
});

test('validation chooses among the contenders, stops early and keeps the best epoch', async () => {
  const { set } = checkerboard();
  const params = parseParams(twoTower, { dimensions: 4, batchSize: 64, epochs: 40, patience: 2 });
  const asked: string[] = [];
  // Epoch 3 of the first contender is the best there is; everything else is worse.
  const curve = (phase: string, step: number): void => {
    asked.push(`${phase} ${step}`);
  };
  const values = [0.5, 0.1, 0.1, 0.1, 0.4, 0.3, 0.6, 0.2, 0.3, 0.2];
  let call = 0;
  const validate = async (): Promise<Record<string, number>> => ({ 'ndcg@10': values[call++] ?? 0 });
  const fitted = await twoTower.fit(set, params, quietContext(1, { validate, curve }));
  // Four contenders in the first two epochs, two in the next two, then the best one.
  expect(asked.map((line) => line.slice(-1))).toEqual(['1', '1', '1', '1', '2', '2', '2', '2', '3', '3', '4', '4']);
  expect(fitted.facts?.settled).toEqual({ temperature: 0.2, recent: 'off', epochs: 2, scheduleEpochs: 40 });
  expect(fitted.facts?.bestEpoch).toBe(2);
  fitted.dispose?.();
});

test('progress counts what the search still has to do, in one phase, and is near its end when the training stops', async () => {
  const { set } = checkerboard();
  const params = parseParams(twoTower, { dimensions: 4, batchSize: 64, epochs: 40 });
  const reports: { phase: string; done: number; total: number; rate?: number }[] = [];
  const checkpoint = async (report: (typeof reports)[number]): Promise<void> => void reports.push(report);
  let calls = 0;
  // Twelve askings while contenders drop out; the winner gets better twice more.
  const validate = async (): Promise<Record<string, number>> => ({ 'ndcg@10': Math.min(++calls, 14) / 100 });
  const fitted = await twoTower.fit(set, params, quietContext(1, { validate, checkpoint }));
  const shares = reports.map(({ done, total }) => done / total);
  expect(new Set(reports.map(({ phase }) => phase))).toEqual(new Set(['Training']));
  expect(shares.every((share, i) => i === 0 || share >= (shares[i - 1] as number))).toBe(true);
  expect(shares[0]).toBeLessThan(0.05);
  expect(shares.at(-1)).toBeGreaterThan(0.8);
  expect(reports.every(({ rate }) => (rate ?? 0) > 0)).toBe(true);
  fitted.dispose?.();
});

test('values that are not finite end the training with a reason', async () => {
  const { set } = checkerboard();
  set.matrix.values[5] = Number.NaN;
  const params = parseParams(twoTower, { dimensions: 4, batchSize: 32, epochs: 2, eventWeights: true });
  await expect(twoTower.fit(set, params, quietContext())).rejects.toMatchObject({
    code: 'diverged',
    message: expect.stringMatching(/loss became NaN.*learning rate/),
  });
});

test('parameters of the wrong kind are refused by name', () => {
  expect(() => parseParams(twoTower, { temperature: 0.001 })).toThrow(/"temperature".*at least 0\.02/);
  expect(() => parseParams(twoTower, { dimensions: 'many' })).toThrow(/"dimensions"/);
  expect(() => parseParams(twoTower, { learningRate: 1e6 })).toThrow(/"learningRate"/);
  expect(parseParams(twoTower, { hidden: '64,32', batchSize: '256', logQ: 'false' })).toMatchObject({
    hidden: [64, 32],
    batchSize: 256,
    logQ: false,
  });
});

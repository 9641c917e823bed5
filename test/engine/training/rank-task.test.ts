import { expect, test } from 'vitest';
import { createRankingFeatures, loadRankingFeatures } from '../../../engine/features/ranking-features.ts';
import type { Interactions, Matrix } from '../../../engine/math/arrays.ts';
import { denseNetworkFrom, scoreDense } from '../../../engine/math/dense.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { runRankTask } from '../../../engine/training/rank-task.ts';
import type { RankTask } from '../../../engine/training/tasks.ts';

const userCount = 120;
const itemCount = 400;
const count = 6000;
const silent = { checkpoint: async () => {}, curve: () => {}, log: () => {} };

/** Users and items belong to one of four tastes; nine in ten events stay within the taste, and within a taste some items are more popular. */
function tasteTask(change: Partial<RankTask> = {}): RankTask {
  const random = createRandom(11, 'taste');
  const users = new Int32Array(count);
  const items = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const user = random.integer(userCount);
    const taste = random.next() < 0.9 ? user % 4 : random.integer(4);
    users[i] = user;
    items[i] = 4 * Math.floor((itemCount / 4) * random.next() ** 1.5) + taste;
  }
  const interactions: Interactions = {
    users,
    items,
    weights: new Float32Array(count).fill(1),
    timestamps: Float64Array.from({ length: count }, (_, i) => 1_600_000_000_000 + i * 60_000),
  };
  // Embeddings that know the taste through noise.
  const embedding = (rows: number): Matrix => {
    const data = Float32Array.from({ length: rows * 4 }, (_, i) => Number(Math.floor(i / 4) % 4 === i % 4) + 0.3 * random.normal());
    return { rows, columns: 4, data };
  };
  return {
    kind: 'rank',
    model: 'neural-ranker',
    params: { epochs: 4 },
    seed: 42,
    userCount,
    itemCount,
    interactions,
    rankFrom: 3600,
    testFrom: 5500,
    userEmbeddings: embedding(userCount),
    itemEmbeddings: embedding(itemCount),
    ks: [10],
    ...change,
  };
}

test.each(['neural-ranker', 'logistic-ranker'])('%s finds taste and popularity together, and beats each alone', async (model) => {
  const outcome = await runRankTask(tasteTask({ model, params: model === 'neural-ranker' ? { batchSize: 256, epochs: 12 } : {} }), silent);
  const [popularity, retrieval] = outcome.baselines;
  expect([popularity?.model, retrieval?.model]).toEqual(['popularity', 'retrieval']);
  expect(outcome.metrics.auc).toBeGreaterThan((popularity?.metrics.auc ?? 1) + 0.05);
  expect(outcome.metrics.auc).toBeGreaterThan(retrieval?.metrics.auc ?? 1);
  for (const name of ['auc', 'log-loss', 'ndcg@10:sampled-50']) {
    expect(popularity?.metrics[name]).toBeGreaterThan(0);
    expect(outcome.errors[name]).toBeGreaterThan(0);
  }
  // Eight negatives for each positive; a guess of that rate alone would lose its entropy.
  const rate = outcome.metrics['base-rate'] as number;
  expect(rate).toBeCloseTo(1 / 9, 2);
  expect(outcome.metrics['log-loss']).toBeLessThan(-(rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate)));
});

test('the outcome holds all that serving needs: the network, and the features at the end of the data', async () => {
  const task = tasteTask();
  const { arrays } = await runRankTask(task, silent);
  const served = loadRankingFeatures(arrays, task);
  const replayed = createRankingFeatures(task);
  const { users, items, timestamps, weights } = task.interactions;
  for (let i = 0; i < count; i++) replayed.observe(users[i] as number, items[i] as number, timestamps[i] as number, weights[i] as number);
  const now = 1_600_000_000_000 + count * 60_000;
  const rowsOf = (features: typeof served): Matrix => {
    const data = new Float32Array(itemCount * features.width);
    for (let item = 0; item < itemCount; item++) features.write(5, item, now, data, item * features.width);
    return { rows: itemCount, columns: features.width, data };
  };
  expect(rowsOf(served)).toEqual(rowsOf(replayed));
  const scores = scoreDense(denseNetworkFrom(arrays), rowsOf(served));
  // User 5 has taste 1: its items come out on top.
  const meanOf = (taste: number): number => scores.filter((_, item) => item % 4 === taste).reduce((sum, score) => sum + score, 0) / 100;
  expect(meanOf(1)).toBeGreaterThan(Math.max(meanOf(0), meanOf(2), meanOf(3)));
});

test('two trainings with one seed give the same arrays and the same metrics to the last digit', async () => {
  const [one, two] = [await runRankTask(tasteTask(), silent), await runRankTask(tasteTask(), silent)];
  expect(two.arrays).toEqual(one.arrays);
  expect(two.metrics).toEqual(one.metrics);
  expect(two.baselines).toEqual(one.baselines);
});

test('every model and every parameter is tested on the same rows', async () => {
  const one = await runRankTask(tasteTask(), silent);
  const two = await runRankTask(tasteTask({ model: 'logistic-ranker', params: { negatives: 3 } }), silent);
  for (const name of ['auc', 'ndcg@10:sampled-50']) {
    expect(two.baselines.map(({ metrics }) => metrics[name])).toEqual(one.baselines.map(({ metrics }) => metrics[name]));
  }
});

test('data without timestamps is ranked in the order it came in', async () => {
  const task = tasteTask();
  task.interactions.timestamps.fill(Number.NaN);
  expect((await runRankTask(task, silent)).metrics.auc).toBeGreaterThan(0.7);
});

test.each([
  ['test', { testFrom: count }],
  ['train', { rankFrom: 5500 }],
])('an empty %s slice is bad data, in words and numbers', async (slice, change) => {
  await expect(runRankTask(tasteTask(change), silent)).rejects.toMatchObject({
    code: 'bad_data',
    message: expect.stringContaining(`its ${slice} slice has 0 usable ones`),
    details: { slice },
  });
});

test('interactions out of order are refused, for they could show the future', async () => {
  const task = tasteTask();
  task.interactions.timestamps.reverse();
  await expect(runRankTask(task, silent)).rejects.toMatchObject({
    code: 'bad_data',
    message: expect.stringContaining('not in the order of time'),
  });
});

test('a wish to stop is heard in each phase', async () => {
  const phases: string[] = [];
  await runRankTask(tasteTask(), { ...silent, checkpoint: async ({ phase }) => void phases.push(phase) });
  for (const phase of new Set(phases)) {
    const checkpoint = async (report: { phase: string }): Promise<void> => {
      if (report.phase === phase) throw new Error('stop');
    };
    await expect(runRankTask(tasteTask(), { ...silent, checkpoint })).rejects.toThrow('stop');
  }
  expect([...new Set(phases)]).toEqual(['Preparing ranking rows', 'Training the ranker', 'Measuring the ranker']);
});

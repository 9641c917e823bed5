import { beforeAll, expect, test } from 'vitest';
import { auc } from '../../../engine/evaluation/ranking-metrics.ts';
import { denseNetworkFrom, scoreDense } from '../../../engine/math/dense.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { parseParams } from '../../../engine/models/parameters.ts';
import type { FittedRanker, RankingModel, RankingRows } from '../../../engine/models/ranking-model.ts';
import { findRankingModel, rankingModels } from '../../../engine/models/ranking-registry.ts';
import { loadTensorFlow, tensorFlow } from '../../../engine/models/tensorflow.ts';

beforeAll(() => loadTensorFlow());

/** Requests of one positive and three negatives; a row is positive where feature 0 is largest, or, as an XOR, where the signs of 0 and 1 agree. */
function rowsOf(requests: number, kind: 'largest' | 'same-sign', seed: number): RankingRows {
  const random = createRandom(seed, kind);
  const columns = 5;
  const rows = requests * 4;
  const data = Float32Array.from({ length: rows * columns }, (_, i) => random.normal() * (1 + (i % columns)) + 10);
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const [a = 0, b = 0] = data.subarray(row * columns, row * columns + 2);
    labels[row] = kind === 'largest' ? Number(a > 10.7) : Number(a > 10 === b > 10);
  }
  const offsets = Int32Array.from({ length: requests + 1 }, (_, r) => 4 * r);
  return { features: { rows, columns, data }, labels, offsets, users: Int32Array.from({ length: requests }, (_, r) => r) };
}

function contextOf(seed: number, checkpoint: () => Promise<void> = async () => {}) {
  return { random: createRandom(seed), seed, checkpoint, curve: () => {}, log: () => {} };
}

async function fit(model: RankingModel, kind: 'largest' | 'same-sign', seed = 3, raw: Record<string, unknown> = {}): Promise<FittedRanker> {
  return model.fit(rowsOf(500, kind, 1), rowsOf(100, kind, 2), parseParams(model, raw), contextOf(seed));
}

function aucOf(ranker: FittedRanker, rows: RankingRows): number {
  const scores = ranker.score(rows.features);
  return auc({ ...rows, scores, probabilities: scores, weights: new Float32Array(scores.length).fill(1) }).value;
}

const neural = { hidden: [16, 8], batchSize: 64, learningRate: 0.01, regularization: 0, dropout: 0 };

test.each(rankingModels)('$id learns what a weighted sum can say', async (model) => {
  expect(aucOf(await fit(model, 'largest'), rowsOf(300, 'largest', 7))).toBeGreaterThan(0.95);
});

test('the neural ranker learns a combination that logistic regression cannot', async () => {
  const test = rowsOf(300, 'same-sign', 7);
  expect(aucOf(await fit(findRankingModel('neural-ranker'), 'same-sign', 3, neural), test)).toBeGreaterThan(0.9);
  expect(aucOf(await fit(findRankingModel('logistic-ranker'), 'same-sign'), test)).toBeLessThan(0.6);
});

test.each(rankingModels)('two trainings of $id with one seed give the same weights to the last digit', async (model) => {
  const [one, two] = [await fit(model, 'largest'), await fit(model, 'largest')];
  expect(two.save()).toEqual(one.save());
});

test('another seed gives other weights', async () => {
  const model = findRankingModel('neural-ranker');
  expect((await fit(model, 'largest', 4)).save()).not.toEqual((await fit(model, 'largest', 3)).save());
});

test.each(rankingModels)("what $id saves scores as the trainer's own scores, in plain arrays, to 1e-5", async (model) => {
  const ranker = await fit(model, 'largest');
  const { features } = rowsOf(300, 'largest', 7);
  const plain = scoreDense(denseNetworkFrom(ranker.save()), features);
  const own = ranker.score(features);
  expect(Math.max(...plain.map((score, i) => Math.abs(score - (own[i] as number))))).toBeLessThan(1e-5);
});

test('logistic regression ends where the penalised log loss is flat', async () => {
  const model = findRankingModel('logistic-ranker');
  const train = rowsOf(500, 'same-sign', 1);
  // Validated on its own rows, so that nothing but convergence stops it.
  const { network } = await model.fit(train, train, parseParams(model, { regularization: 0.01, iterations: 500 }), contextOf(1));
  const scores = scoreDense(network, train.features);
  const coefficients = network.layers[0]?.weights.data as Float32Array;
  const gradient = Array.from({ length: 5 }, (_, j) => {
    let sum = 0.01 * (coefficients[j] as number);
    for (let row = 0; row < scores.length; row++) {
      const x = ((train.features.data[row * 5 + j] as number) - (network.mean[j] as number)) / (network.scale[j] as number);
      sum += (((scores[row] as number) - (train.labels[row] as number)) * x) / scores.length;
    }
    return sum;
  });
  for (const slope of gradient) expect(Math.abs(slope)).toBeLessThan(1e-3);
});

test('a feature that never changes is standardised to nothing, not to infinity', async () => {
  const model = findRankingModel('neural-ranker');
  const constant = (rows: RankingRows): RankingRows => {
    for (let row = 0; row < rows.features.rows; row++) rows.features.data[row * 5 + 4] = 7;
    return rows;
  };
  const ranker = await model.fit(
    constant(rowsOf(100, 'largest', 1)),
    constant(rowsOf(50, 'largest', 2)),
    parseParams(model, { epochs: 2 }),
    contextOf(1),
  );
  expect(ranker.network.scale[4]).toBe(1);
  expect(ranker.score(constant(rowsOf(10, 'largest', 3)).features).every(Number.isFinite)).toBe(true);
});

test('a training that diverges stops with an error that says what to lower', async () => {
  const model = findRankingModel('neural-ranker');
  const broken = rowsOf(100, 'largest', 1);
  broken.features.data[3] = Number.NaN;
  await expect(model.fit(broken, rowsOf(50, 'largest', 2), parseParams(model, {}), contextOf(1))).rejects.toMatchObject({
    code: 'diverged',
    message: expect.stringContaining('Lower its learning rate'),
  });
});

test.each(rankingModels)('$id stops when its checkpoint throws', async (model) => {
  const stop = new Error('cancelled');
  const context = contextOf(1, () => Promise.reject(stop));
  await expect(model.fit(rowsOf(100, 'largest', 1), rowsOf(50, 'largest', 2), parseParams(model, {}), context)).rejects.toBe(stop);
});

test.each(rankingModels)('$id leaves no tensor behind, whether it ends or is stopped', async (model) => {
  const { tf } = tensorFlow();
  const before = tf.memory().numTensors;
  const ranker = await fit(model, 'largest');
  ranker.score(rowsOf(10, 'largest', 3).features);
  await model
    .fit(
      rowsOf(100, 'largest', 1),
      rowsOf(50, 'largest', 2),
      parseParams(model, {}),
      contextOf(1, () => Promise.reject(new Error('stop'))),
    )
    .catch(() => {});
  expect(tf.memory().numTensors).toBe(before);
});

test('every ranking model has the parameters of its rows, each with a default and a description', () => {
  for (const model of rankingModels) {
    const params = parseParams(model, {});
    expect(Object.keys(params)).toEqual(expect.arrayContaining(['negatives']));
    for (const schema of Object.values(model.params.shape)) expect((schema as { description?: string }).description).toBeTruthy();
  }
  expect(() => findRankingModel('gbdt')).toThrow(/There are: logistic-ranker, neural-ranker/);
});

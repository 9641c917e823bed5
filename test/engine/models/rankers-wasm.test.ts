import { expect, test } from 'vitest';
import { denseNetworkFrom, scoreDense } from '../../../engine/math/dense.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { parseParams } from '../../../engine/models/parameters.ts';
import type { RankingRows } from '../../../engine/models/ranking-model.ts';
import { rankingModels } from '../../../engine/models/ranking-registry.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';

process.env.RECSMITH_TENSORFLOW = 'wasm';

function rowsOf(rows: number, seed: number): RankingRows {
  const random = createRandom(seed);
  const data = Float32Array.from({ length: rows * 4 }, () => random.normal());
  const labels = Uint8Array.from({ length: rows }, (_, row) => Number((data[row * 4] as number) > 0.5));
  return { features: { rows, columns: 4, data }, labels, offsets: Int32Array.of(0, rows), users: Int32Array.of(0) };
}

test.each(rankingModels)('$id trains on WebAssembly where TensorFlow is missing, and is served alike', async (model) => {
  const { tf, report } = await loadTensorFlow();
  expect(report.backend).toBe('wasm');
  const before = tf.memory().numTensors;
  const context = { random: createRandom(1), seed: 1, checkpoint: async () => {}, curve: () => {}, log: () => {} };
  const ranker = await model.fit(rowsOf(1500, 1), rowsOf(300, 2), parseParams(model, {}), context);
  const rows = rowsOf(300, 3);
  const own = ranker.score(rows.features);
  const right = own.filter((score, row) => score > 0.5 === (rows.labels[row] === 1)).length;
  expect(right).toBeGreaterThan(270);
  const plain = scoreDense(denseNetworkFrom(ranker.save()), rows.features);
  expect(Math.max(...plain.map((score, i) => Math.abs(score - (own[i] as number))))).toBeLessThan(1e-5);
  expect(tf.memory().numTensors).toBe(before);
});

import { describe, expect, test } from 'vitest';
import { loadRankingFeatures } from '../../../engine/features/ranking-features.ts';
import { denseNetworkFrom, scoreDense } from '../../../engine/math/dense.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { createCandidateScorer, createPlainScorer } from '../../../engine/serving/candidate-scorer.ts';
import { randomNetwork, sampleContents } from '../bundles/sample-contents.ts';

const timestampMs = 1_700_000_500_000;

function ranker(hidden: number[]) {
  const contents = sampleContents({ users: 20, items: 60, dimensions: 12, hidden });
  const arrays = contents.ranker?.arrays ?? {};
  const features = loadRankingFeatures(arrays, contents);
  return { features, network: denseNetworkFrom(arrays), embeddings: contents };
}

/** Whole feature rows of some candidates, as training writes them. */
function featureRows(features: ReturnType<typeof ranker>['features'], userRow: number, itemRows: number[]) {
  const rows = { rows: itemRows.length, columns: features.width, data: new Float32Array(itemRows.length * features.width) };
  itemRows.forEach((itemRow, i) => {
    features.write(userRow, itemRow, timestampMs, rows.data, i * features.width);
  });
  return rows;
}

describe.each([[[]], [[16]], [[64, 32]], [[33, 7, 5]]])('hidden layers %j', (hidden: number[]) => {
  test.each([
    [0, 60],
    [7, 3],
    [19, 1],
    [-1, 10],
    [3, 700],
  ])('user row %i, %i candidates: the same scores as the plain reference over whole feature rows', (userRow, count) => {
    const { features, network, embeddings } = ranker(hidden);
    const itemRows = Array.from({ length: count }, (_, i) => (i * 7) % 60);
    const expected = scoreDense(network, featureRows(features, userRow, itemRows));
    const scorer = createCandidateScorer(network, features, embeddings);
    // Twice: the second time from what is remembered of the items.
    for (const scores of [scorer.score(userRow, itemRows, timestampMs), scorer.score(userRow, itemRows, timestampMs)]) {
      expect(scores).toHaveLength(count);
      expect(Math.max(...scores.map((score, i) => Math.abs(score - (expected[i] as number))))).toBeLessThan(2e-6);
    }
    expect(createPlainScorer(network, features).score(userRow, itemRows, timestampMs)).toEqual(expected);
  });
});

test("the server's scores are TensorFlow's own", async () => {
  const { tf } = await loadTensorFlow();
  const { features, network, embeddings } = ranker([64, 32]);
  const itemRows = Array.from({ length: 60 }, (_, row) => row);
  const rows = featureRows(features, 5, itemRows);
  const expected = tf.tidy(() => {
    let x = tf.tensor2d(rows.data, [rows.rows, rows.columns]).sub(network.mean).div(network.scale);
    network.layers.forEach(({ weights, bias }, number) => {
      x = x.matMul(tf.tensor2d(weights.data, [weights.rows, weights.columns])).add(tf.tensor1d(bias));
      if (number < network.layers.length - 1) x = x.relu();
    });
    return x.sigmoid().dataSync();
  });
  const scores = createCandidateScorer(network, features, embeddings).score(5, itemRows, timestampMs);
  scores.forEach((score, i) => {
    expect(Math.abs(score - (expected[i] as number))).toBeLessThan(2e-6);
  });
});

test('an event changes the next scores', () => {
  const { features, network, embeddings } = ranker([16]);
  const scorer = createCandidateScorer(network, features, embeddings);
  const before = scorer.score(0, [1, 2, 3], 1_700_100_000_000);
  features.observe(0, 2, 1_700_100_000_000, 1);
  expect(scorer.score(0, [1, 2, 3], 1_700_100_000_001)).not.toEqual(before);
});

test('a network for other features is refused', () => {
  const { features, embeddings } = ranker([16]);
  expect(() => createCandidateScorer(randomNetwork(5, [4], 1), features, embeddings)).toThrow(/takes 5 features.*makes/);
});

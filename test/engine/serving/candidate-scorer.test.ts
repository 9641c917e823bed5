import { expect, test } from 'vitest';
import { loadRankingFeatures } from '../../../engine/features/ranking-features.ts';
import { denseNetworkFrom, scoreDense } from '../../../engine/math/dense.ts';
import { createCandidateScorer } from '../../../engine/serving/candidate-scorer.ts';
import { randomNetwork, sampleContents } from '../bundles/sample-contents.ts';

test.each([[[]], [[16]], [[64, 32]], [[33, 7, 5]]])('hidden layers %j: the same scores as the plain reference over whole feature rows', (hidden: number[]) => {
  const contents = sampleContents({ users: 20, items: 60, dimensions: 12, hidden });
  const arrays = contents.ranker?.arrays ?? {};
  const features = loadRankingFeatures(arrays, contents);
  const network = denseNetworkFrom(arrays);
  const scorer = createCandidateScorer(network, features, 60);
  const timestampMs = 1_700_000_500_000;
  for (const [userRow, count] of [
    [0, 60],
    [7, 3],
    [19, 1],
    [-1, 10],
  ] as const) {
    const itemRows = Array.from({ length: count }, (_, i) => (i * 7) % 60);
    const rows = { rows: count, columns: features.width, data: new Float32Array(count * features.width) };
    itemRows.forEach((itemRow, i) => features.write(userRow, itemRow, timestampMs, rows.data, i * features.width));
    const expected = scoreDense(network, rows);
    const scores = scorer.score(userRow, itemRows, timestampMs);
    expect(scores).toHaveLength(count);
    expected.forEach((score, i) => expect(scores[i]).toBeCloseTo(score, 6));
    // Once more, from what is remembered of the items.
    expect([...scorer.score(userRow, itemRows, timestampMs)].every((score, i) => Math.abs(score - (expected[i] as number)) < 1e-6)).toBe(true);
  }
});

test('an event changes the next scores', () => {
  const contents = sampleContents();
  const arrays = contents.ranker?.arrays ?? {};
  const features = loadRankingFeatures(arrays, contents);
  const scorer = createCandidateScorer(denseNetworkFrom(arrays), features, 80);
  const before = [...scorer.score(0, [1, 2, 3], 1_700_100_000_000)];
  features.observe(0, 2, 1_700_100_000_000, 1);
  expect([...scorer.score(0, [1, 2, 3], 1_700_100_000_001)]).not.toEqual(before);
});

test('a network for other features is refused', () => {
  const contents = sampleContents();
  const features = loadRankingFeatures(contents.ranker?.arrays ?? {}, contents);
  expect(() => createCandidateScorer(randomNetwork(5, [4], 1), features, 80)).toThrow(/takes 5 features.*makes/);
});

import { expect, test } from 'vitest';
import {
  auc,
  calibrationError,
  logLoss,
  measureRanking,
  rankingNdcg,
  requestNdcg,
  type ScoredRows,
} from '../../../engine/evaluation/ranking-metrics.ts';

function rowsOf(scores: number[], labels: number[], more: Partial<ScoredRows> = {}): ScoredRows {
  return {
    scores: Float32Array.from(scores),
    probabilities: Float32Array.from(scores),
    labels: Uint8Array.from(labels),
    weights: new Float32Array(scores.length).fill(1),
    offsets: Int32Array.of(0, scores.length),
    users: Int32Array.of(0),
    ...more,
  };
}

test('AUC is the share of pairs in the right order', () => {
  // Positives .8 and .4, negatives .6, .3 and .1: .8 beats three, .4 beats two: 5 of 6.
  expect(auc(rowsOf([0.8, 0.6, 0.4, 0.3, 0.1], [1, 0, 1, 0, 0])).value).toBeCloseTo(5 / 6, 12);
});

test('a tie is half a pair', () => {
  // Positives .5 and .5, negatives .5 and .2: each positive ties one (half) and beats one: 3 of 4.
  expect(auc(rowsOf([0.5, 0.5, 0.5, 0.2], [1, 1, 0, 0])).value).toBeCloseTo(3 / 4, 12);
  expect(auc(rowsOf([0.5, 0.5, 0.5], [1, 0, 0])).value).toBe(0.5);
});

test("AUC's error is DeLong's where each user has one row, up to the small-sample factor", () => {
  // Placements: positives .8 → 1, .4 → 2/3; negatives .6 → 1/2, .3 → 1, .1 → 1; AUC 5/6.
  // Sum of squares: ((1/6)² + (1/6)²) / 2² + ((1/3)² + (1/6)² + (1/6)²) / 3² = .05/3.6 + .1667/9; five clusters: × 5/4.
  const users = Int32Array.of(0, 1, 2, 3, 4);
  const offsets = Int32Array.of(0, 1, 2, 3, 4, 5);
  const squares = 2 / 36 / 4 + (1 / 9 + 2 / 36) / 9;
  expect(auc(rowsOf([0.8, 0.6, 0.4, 0.3, 0.1], [1, 0, 1, 0, 0], { users, offsets })).error).toBeCloseTo(Math.sqrt((squares * 5) / 4), 10);
});

test('rows that a user repeats do not make the error smaller', () => {
  const once = rowsOf([0.8, 0.6, 0.4, 0.3], [1, 0, 1, 0], { users: Int32Array.of(0, 1), offsets: Int32Array.of(0, 2, 4) });
  const scores = [0.8, 0.6, 0.8, 0.6, 0.4, 0.3, 0.4, 0.3];
  const twice = rowsOf(scores, [1, 0, 1, 0, 1, 0, 1, 0], { users: Int32Array.of(0, 0, 1, 1), offsets: Int32Array.of(0, 2, 4, 6, 8) });
  expect(auc(twice).error).toBeCloseTo(auc(once).error, 12);
  expect(logLoss(twice).error).toBeCloseTo(logLoss(once).error, 12);
});

test('log loss is the mean of -ln of the probability of what happened, by weight', () => {
  expect(logLoss(rowsOf([0.8, 0.25], [1, 0])).value).toBeCloseTo(-(Math.log(0.8) + Math.log(0.75)) / 2, 6);
  const weights = Float32Array.of(1, 3);
  expect(logLoss(rowsOf([0.8, 0.25], [1, 0], { weights })).value).toBeCloseTo(-(Math.log(0.8) + 3 * Math.log(0.75)) / 4, 6);
});

test('a certain and wrong guess costs much, but not infinity', () => {
  expect(logLoss(rowsOf([1, 1], [1, 0])).value).toBeCloseTo(-Math.log(1e-7) / 2, 6);
});

test('NDCG of a request with one chosen item is the discount of its rank', () => {
  // Third of four: 1 / log2(4) = 1/2.
  expect(requestNdcg(Float32Array.of(0.9, 0.8, 0.7, 0.1), Uint8Array.of(0, 0, 1, 0), 10)).toBeCloseTo(0.5, 12);
  expect(requestNdcg(Float32Array.of(0.9, 0.8, 0.7, 0.1), Uint8Array.of(0, 0, 1, 0), 2)).toBe(0);
});

test('tied candidates share the discounts of their ranks, wherever they stand', () => {
  const shared = (1 + 1 / Math.log2(3)) / 2;
  expect(requestNdcg(Float32Array.of(0.5, 0.5, 0.1), Uint8Array.of(1, 0, 0), 10)).toBeCloseTo(shared, 12);
  expect(requestNdcg(Float32Array.of(0.1, 0.5, 0.5), Uint8Array.of(0, 0, 1), 10)).toBeCloseTo(shared, 12);
  // Of three tied, only the first rank is within k = 1.
  expect(requestNdcg(Float32Array.of(1, 1, 1), Uint8Array.of(0, 1, 0), 1)).toBeCloseTo(1 / 3, 12);
});

test('two chosen items are measured against the best order of both', () => {
  // Ranks 1 and 3: (1 + 1/2) / (1 + 1/log2(3)).
  expect(requestNdcg(Float32Array.of(3, 2, 1), Uint8Array.of(1, 0, 1), 10)).toBeCloseTo(1.5 / (1 + 1 / Math.log2(3)), 12);
});

test('NDCG over requests is their mean, with an error by user', () => {
  const rows = rowsOf([2, 1, 1, 2], [1, 0, 1, 0], { offsets: Int32Array.of(0, 2, 4), users: Int32Array.of(0, 1) });
  const low = 1 / Math.log2(3);
  const { value, error } = rankingNdcg(rows, 10);
  expect(value).toBeCloseTo((1 + low) / 2, 12);
  // Two users: sample deviation (1 - low) / √2, over √2.
  expect(error).toBeCloseTo((1 - low) / 2, 12);
});

test('probabilities that come true have little calibration error, and a constant shift shows', () => {
  const scores = Array.from({ length: 100 }, () => 0.25);
  const labels = Array.from({ length: 100 }, (_, i) => (i % 4 === 0 ? 1 : 0));
  // Equal scores stay in order: the bins of ten hold three positives and two, each .05 away from a quarter.
  expect(calibrationError(rowsOf(scores, labels))).toBeCloseTo(0.05, 6);
  expect(
    calibrationError(
      rowsOf(
        scores.map(() => 0.75),
        labels,
      ),
    ),
  ).toBeCloseTo(0.5, 6);
});

test('the names say on how many candidates NDCG was taken', () => {
  const { metrics, errors } = measureRanking(rowsOf([0.9, 0.1, 0.2], [1, 0, 0], { users: Int32Array.of(0) }), [1, 10], ':sampled-3');
  expect(Object.keys(metrics).sort()).toEqual(['auc', 'calibration-error', 'log-loss', 'ndcg@10:sampled-3', 'ndcg@1:sampled-3']);
  // One user has no spread to take an error from.
  expect(errors).toEqual({});
});

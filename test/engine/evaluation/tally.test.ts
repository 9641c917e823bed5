import { expect, test } from 'vitest';
import { createTally } from '../../../engine/evaluation/tally.ts';

/** One list of five items against these relevant ones, at k = 4. */
function measure(list: number[], relevant: number[]): Record<string, number> {
  const tally = createTally({ ks: [4], itemCount: 10, users: 1, catalogue: null });
  tally.add(Int32Array.from(list), new Set(relevant), 0);
  return tally.result().metrics;
}

test('each metric of one list is the sum worked out by hand', () => {
  // Hits at places 1 and 3 of 4; three items are relevant.
  const metrics = measure([8, 1, 5, 2, 6], [8, 5, 9]);
  expect(metrics['recall@4']).toBeCloseTo(2 / 3, 12);
  expect(metrics['precision@4']).toBeCloseTo(2 / 4, 12);
  expect(metrics['hit-rate@4']).toBe(1);
  expect(metrics['mrr@4']).toBe(1);
  // DCG = 1 / log2(2) + 1 / log2(4) = 1.5; ideal = 1 / log2(2) + 1 / log2(3) + 1 / log2(4) = 2.130930
  expect(metrics['ndcg@4']).toBeCloseTo(1.5 / (1 + 1 / Math.log2(3) + 0.5), 12);
  // (1/1 + 2/3) / min(3, 4)
  expect(metrics['map@4']).toBeCloseTo((1 + 2 / 3) / 3, 12);
  // Items 8, 1, 5, 2 of 10.
  expect(metrics['coverage@4']).toBeCloseTo(0.4, 12);
});

test('a hit below k counts nothing', () => {
  const metrics = measure([1, 2, 3, 4, 8], [8]);
  for (const name of ['recall@4', 'precision@4', 'ndcg@4', 'hit-rate@4', 'mrr@4', 'map@4']) expect(metrics[name]).toBe(0);
});

test('more relevant items than places: NDCG and MAP can still reach 1, recall cannot', () => {
  const metrics = measure([0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5, 6, 7]);
  expect([metrics['ndcg@4'], metrics['map@4'], metrics['recall@4']]).toEqual([1, 1, 0.5]);
});

test('means over users come with their standard errors', () => {
  const tally = createTally({ ks: [1], itemCount: 4, users: 4, catalogue: null });
  for (const item of [0, 1, 1, 1]) tally.add(Int32Array.of(item), new Set([1]), 0);
  const { metrics, errors, users } = tally.result();
  // Values 0, 1, 1, 1: mean 3/4; variance ((3/4)² + 3 (1/4)²) / 3 = 1/4; error √(1/4 / 4)
  expect([users, metrics['hit-rate@1'], errors['hit-rate@1']]).toEqual([4, 0.75, 0.25]);
  expect(errors['coverage@1']).toBeUndefined();
});

test('without users every mean is 0', () => {
  expect(createTally({ ks: [2], itemCount: 4, users: 0, catalogue: null }).result().metrics['recall@2']).toBe(0);
});

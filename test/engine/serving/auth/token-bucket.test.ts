import { expect, test } from 'vitest';
import { createBuckets } from '../../../../engine/serving/auth/token-bucket.ts';

test.each([1, 3, 50, 999.5])('at %d a second, over an hour of asking too often, exactly so many are let go', (rate) => {
  const buckets = createBuckets();
  const size = Math.max(1.5, rate * 0.1);
  const seconds = 3600;
  const stepMs = Math.min(100, 250 / rate);
  let taken = 0;
  for (let nowMs = 0; nowMs <= (seconds * 1000) / Math.ceil(rate); nowMs += stepMs)
    if (buckets.take('a', rate, size, nowMs) === 0) taken += 1;
  const wanted = (seconds / Math.ceil(rate)) * rate + size;
  expect(Math.abs(taken / wanted - 1)).toBeLessThan(0.01);
});

test('who is told to wait may go on after that time, and not before', () => {
  const buckets = createBuckets();
  expect(buckets.take('a', 2, 1, 0)).toBe(0);
  const waitMs = buckets.take('a', 2, 1, 100);
  expect(waitMs).toBe(400);
  expect(buckets.take('a', 2, 1, 100 + waitMs - 1)).toBeGreaterThan(0);
  expect(buckets.take('a', 2, 1, 100 + waitMs)).toBe(0);
});

test('a rest saves up no more than the bucket holds; names do not share one', () => {
  const buckets = createBuckets();
  const atOnce = (name: string, nowMs: number) => {
    let taken = 0;
    while (buckets.take(name, 10, 3, nowMs) === 0) taken += 1;
    return taken;
  };
  expect([atOnce('a', 0), atOnce('b', 0), atOnce('a', 86_400_000), atOnce('a', 86_400_100)]).toEqual([3, 3, 3, 1]);
});

test('of many names the ones not used for longest are forgotten, the others kept', () => {
  const buckets = createBuckets();
  buckets.take('first', 1, 1, 0);
  for (let i = 0; i < 9_998; i++) buckets.take(`n${i}`, 1, 1, 0);
  buckets.take('used', 1, 1, 0);
  expect(buckets.take('first', 1, 1, 0)).toBeGreaterThan(0);
  for (let i = 0; i < 9_000; i++) buckets.take(`m${i}`, 1, 1, 0);
  expect(buckets.take('used', 1, 1, 0)).toBeGreaterThan(0);
  expect(buckets.take('n5', 1, 1, 0)).toBe(0);
});

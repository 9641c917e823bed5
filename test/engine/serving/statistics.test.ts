import { expect, test } from 'vitest';
import { createStatistics } from '../../../engine/serving/statistics.ts';

test('requests, failures, events and the rate since the last reading', () => {
  const statistics = createStatistics(0);
  for (let i = 0; i < 10; i++) statistics.record(1, i === 0 ? 503 : i === 1 ? 404 : 200);
  statistics.recordEvents(3);
  expect(statistics.read(2000)).toMatchObject({ requests: 10, errors: 1, events: 3, requestsPerSecond: 5 });
  expect(statistics.read(3000)).toMatchObject({ requests: 10, requestsPerSecond: 0 });
});

test('percentiles are right to a bucket of 9 %', () => {
  const statistics = createStatistics(0);
  for (let ms = 1; ms <= 1000; ms++) statistics.record(ms, 200);
  const { p50Ms, p99Ms } = statistics.read(1);
  expect(Math.abs((p50Ms as number) / 500 - 1)).toBeLessThan(0.09);
  expect(Math.abs((p99Ms as number) / 990 - 1)).toBeLessThan(0.09);
});

test('latencies are forgotten after twenty seconds; extremes have a place', () => {
  const statistics = createStatistics(0);
  expect(statistics.read(1).p50Ms).toBeNull();
  statistics.record(0, 200);
  statistics.record(1e9, 200);
  expect(statistics.read(9_000).p50Ms).toBeCloseTo(0.01, 2);
  expect(statistics.read(10_000).p50Ms).not.toBeNull();
  expect(statistics.read(20_000).p50Ms).toBeNull();
});

import { expect, test } from 'vitest';
import type { TrafficSecond } from '#contract/server';
import { chartTheme } from '../../../../renderer/charts/theme.ts';
import * as captions from '../../../../renderer/views/serve/traffic/captions.ts';
import { figures } from '../../../../renderer/views/serve/traffic/figures.ts';
import { localStamp, trafficWindow } from '../../../../renderer/views/serve/traffic/traffic-window.ts';

const now = Date.parse('2026-01-02T03:20:00.500Z');
const second = (ago: number, more: Partial<TrafficSecond> = {}): TrafficSecond => ({
  timeMs: Math.floor(now / 1000) * 1000 - ago * 1000,
  requests: 10,
  errors: 0,
  p50Ms: 1,
  p95Ms: 2,
  p99Ms: 3,
  sources: { ranker: 8, cache: 2 },
  ...more,
});
const clock = (ago: number) => localStamp(second(ago).timeMs).slice(11);
const theme = chartTheme('light');
const long = now - 3_600_000;

test('ten minutes second by second, without the one that is still going on', () => {
  const window = trafficWindow([second(700), second(2), second(1), second(0)], long, now);
  expect(window.times).toHaveLength(598);
  expect(window.times.at(-1)).toBe(second(1).timeMs);
  expect(window.seconds.filter((one) => one !== null)).toHaveLength(2);
  expect(window.spanMs).toBe(598_000);
});

test('a young server has a window of its own age, and never less than a minute', () => {
  expect(trafficWindow([second(3)], now - 5000, now).times).toHaveLength(60);
  expect(trafficWindow([second(3)], now - 200_000, now).times).toHaveLength(200);
  expect(trafficWindow([], null, now).times).toHaveLength(60);
});

test('seconds without a request count as none in a rate, and leave a gap in a latency', () => {
  const window = trafficWindow([second(5), second(1)], now - 60_000, now);
  const [rate] = figures.rate(window, theme).data as [{ y: number[] }];
  const p99 = figures.latency(window, theme).data[0] as { name: string; y: (number | null)[] };
  expect(rate.y.slice(-5)).toEqual([10, 0, 0, 0, 10]);
  expect(p99.name).toBe('p99');
  expect(p99.y.slice(-5)).toEqual([3, null, null, null, 3]);
});

test('the rate says how many there were and when most were', () => {
  const window = trafficWindow([second(30, { requests: 110 }), second(10)], long, now);
  expect(captions.rateCaption(window)).toBe(
    `120 requests in the last 10 minutes, 0.2/s on average; most were 110 in a second, at ${clock(30)}.`,
  );
  expect(captions.rateCaption(trafficWindow([], now - 5000, now))).toBe('No request in the last minute.');
});

test('the latency says the usual and the worst second', () => {
  const window = trafficWindow([second(30, { requests: 1, p50Ms: 90, p99Ms: 210 }), second(10), second(9)], long, now);
  expect(captions.latencyCaption(window)).toBe(
    `p50 was 1.0 ms in the typical second; the slowest one, at ${clock(30)}, had a p99 of 210 ms.`,
  );
  const unknown = trafficWindow([second(3, { p50Ms: null, p95Ms: null, p99Ms: null })], long, now);
  expect(captions.latencyCaption(unknown)).toBe('No latency is known of the last 10 minutes.');
});

test('sources are stacked by how much they made, and said with their shares', () => {
  const window = trafficWindow([second(2), second(1, { sources: { ranker: 4, popularity: 6 } })], long, now);
  expect(captions.sourcesCaption(window)).toBe('20 lists: 60 % by the ranker, 30 % by popularity and 10 % from the cache.');
  const { data, table } = figures.sources(window, theme);
  expect(data.map(({ name }) => name)).toEqual(['ranker', 'popularity', 'cache']);
  expect(table.rows.at(-1)?.slice(1)).toEqual([4, 6, 0]);
  expect(captions.sourcesCaption(trafficWindow([second(1, { sources: {} })], long, now))).toBe(
    'No list was asked for in the last 10 minutes.',
  );
});

test('errors are counted with their share and for how long there were any', () => {
  const window = trafficWindow([second(4, { errors: 1 }), second(3, { errors: 1 }), second(1)], long, now);
  expect(captions.errorsCaption(window)).toBe('2 server errors (5xx) in the last 10 minutes, 6.7 % of the requests, within 2 seconds.');
  expect(captions.errorsOf(window)).toBe(2);
  expect(captions.errorsCaption(trafficWindow([second(1)], long, now))).toBe('No server error (5xx) in the last 10 minutes.');
});

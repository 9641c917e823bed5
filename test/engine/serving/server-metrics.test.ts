import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Route } from '#contract/api/route';
import { routes } from '#contract/routes';
import { createServerMetrics, noCache } from '../../../engine/serving/server-metrics.ts';
import { openTestServer, type TestServer } from '../transport/http/open-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const metrics = () =>
  createServerMetrics({
    cache: () => ({ hits: 30, misses: 10, entries: 7 }),
    index: () => ({ kind: 'hnsw', size: 41_000, buildSeconds: 2.5 }),
    queue: () => ({ bytes: 1000, events: 4 }),
    secondsSinceStored: () => 1.5,
  });

/** `name{labels}` → value, of our own metrics. */
const seriesOf = (text: string): Map<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line.startsWith('recsmith_'))
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
  );

test('latencies are counted into buckets by route and status class, and by route and source', async () => {
  const own = metrics();
  for (const ms of [0.4, 0.5, 0.6, 30, 2000]) own.observeRequest('recommend', 200, ms, { source: 'ranker' });
  own.observeRequest('recommend', 503, 1, { source: 'popularity', degraded: 'ranker_slow' });
  own.observeRequest('recommend', 200, 1, { source: 'made up by a client', degraded: 'so is this' });
  const text = await own.text();
  const at = (le: string) => `recsmith_http_request_duration_seconds_bucket{le="${le}",route="recommend",status="2xx"}`;
  const series = seriesOf(text);
  // 0.4 and 0.5 ms; then 0.6 and 1 ms; then 30 ms; then 2 s.
  expect(['0.0005', '0.001', '0.025', '0.05', '1', '+Inf'].map((le) => series.get(at(le)))).toEqual([2, 4, 4, 5, 5, 6]);
  expect(series.get('recsmith_http_request_duration_seconds_sum{route="recommend",status="2xx"}')).toBeCloseTo(2.0325, 6);
  expect(series.get('recsmith_http_request_duration_seconds_count{route="recommend",status="5xx"}')).toBe(1);
  expect(series.get('recsmith_recommendation_duration_seconds_count{route="recommend",source="ranker"}')).toBe(5);
  expect(series.get('recsmith_http_responses_total{code="200"}')).toBe(6);
  expect(series.get('recsmith_degraded_total{reason="ranker_slow"}')).toBe(1);
  expect(text).not.toMatch(/made up|so is/);
});

test('cache, index and queue are looked up when they are read', async () => {
  const series = seriesOf(await metrics().text());
  expect(Object.fromEntries(series)).toMatchObject({
    'recsmith_cache_requests_total{result="hit"}': 30,
    'recsmith_cache_requests_total{result="miss"}': 10,
    recsmith_cache_entries: 7,
    'recsmith_vector_index_info{kind="hnsw"}': 1,
    recsmith_vector_index_size: 41_000,
    recsmith_vector_index_build_seconds: 2.5,
    recsmith_event_queue_bytes: 1000,
    recsmith_event_queue_events: 4,
    recsmith_event_stored_seconds_ago: 1.5,
  });
});

test('whatever clients send, there are fewer than 200 sets of labels', async () => {
  for (const row of Object.values<Route>(routes)) {
    for (const [at, id] of ['u1', 'nobody', '%ff', `x${Math.random()}`, '__proto__', 'constructor'].entries()) {
      const target = `${row.path.replace(/\{\w+\}/, id)}?k=${at}&user_id=${id}&source=made${at}&filter=x`;
      const body = row.method === 'GET' ? {} : { body: JSON.stringify({ user_id: id, item_id: `i${at}`, event_type: `type-${id}` }) };
      const json = { 'content-type': 'application/json' };
      await server.ask(target, { method: row.method, headers: json, ...body });
      await server.ask(target, { method: `M${'ABCDEF'[at]}`.replace(/M[A-F]/, 'PATCH'), headers: { 'x-request-id': `id-${id}` } });
      await server.ask(target, { method: row.method, headers: { host: `evil-${at}.example` } });
      await server.ask(`/${id}/${at}/unknown`);
    }
  }
  await server.ask('/docs');
  await server.ask('/');
  const { text } = await server.ask('/metrics');
  const series = [...seriesOf(text).keys()];
  const labelSets = new Set(series.map((one) => one.replace(/le="[^"]*",?/, '').replace(/_(bucket|sum|count)(?=\{|$)/, '')));
  expect(labelSets.size).toBeGreaterThan(30);
  expect(labelSets.size).toBeLessThan(200);
  // Each histogram has 13 lines.
  expect(series.length).toBeLessThan(2600);
  const known = new Set([...Object.keys(routes), 'none', 'refused', 'shed', 'docs', 'openapi', 'root']);
  for (const [, route] of text.matchAll(/route="([^"]*)"/g)) expect(known).toContain(route);
  expect(text).not.toMatch(/evil|made\d|type-|nobody|PATCH/);
});

test('even where something counts what it should not, series stay bounded', async () => {
  const own = createServerMetrics({
    cache: () => noCache,
    index: () => ({ kind: 'exact', size: 0, buildSeconds: 0 }),
    queue: () => ({ bytes: 0, events: 0 }),
    secondsSinceStored: () => 0,
  });
  for (let i = 0; i < 5000; i++) own.observeRequest(`route-${i}`, 200, 1);
  const series = seriesOf(await own.text());
  expect([...series.keys()].filter((one) => one.includes('_count{')).length).toBe(121);
  expect(series.get('recsmith_http_request_duration_seconds_count{route="other",status="other"}')).toBe(5000 - 120);
});

test('counting a request costs less than three microseconds', () => {
  const own = metrics();
  const facts = { source: 'ranker' };
  const names = Object.keys(routes);
  const rounds = Array.from({ length: 5 }, () => {
    const before = performance.now();
    for (let i = 0; i < 50_000; i++) {
      own.observeRequest(names[i % names.length] as string, 200, i % 50, facts);
      own.countList('ranker');
    }
    return ((performance.now() - before) * 1000) / 50_000;
  });
  process.stdout.write(`counting a request: ${Math.min(...rounds).toFixed(2)} µs\n`);
  expect(Math.min(...rounds)).toBeLessThan(3);
});

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeBundle } from '../../engine/bundles/write-bundle.ts';
import { type RunningServer, startServerProcess } from '../support/server-process.ts';
import { sampleContents } from './bundles/sample-contents.ts';

/** `npm run test:prometheus` fetches one and names its folder; without it there is nothing to ask. */
const bin = process.env.RECSMITH_PROMETHEUS;

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(!bin)('a real Prometheus', () => {
  let folder: string;
  let server: RunningServer;
  let prometheus: ChildProcess;
  let api: string;

  interface Sample {
    metric: Record<string, string>;
    value: [number, string];
  }
  const query = async (expression: string): Promise<Sample[]> => {
    const answer = await fetch(`${api}/query?query=${encodeURIComponent(expression)}`);
    const body = (await answer.json()) as { status: string; data: { result: Sample[] } };
    expect(body.status, expression).toBe('success');
    return body.data.result;
  };
  const value = async (expression: string): Promise<number | undefined> => {
    const [sample] = await query(expression);
    return sample === undefined ? undefined : Number(sample.value[1]);
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'recsmith-prometheus-'));
    const bundlePath = path.join(folder, 'bundle');
    await writeBundle(bundlePath, sampleContents());
    const entry = path.resolve(__dirname, '..', '..', 'dist', 'engine', 'server.cjs');
    server = await startServerProcess(entry, { bundlePath, eventLogFolder: path.join(folder, 'events') }, { UV_THREADPOOL_SIZE: '16' });
    const config = path.join(folder, 'prometheus.yml');
    await writeFile(
      config,
      `global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: recsmith\n    static_configs:\n      - targets: ['127.0.0.1:${server.port}']\n`,
    );
    const port = await freePort();
    api = `http://127.0.0.1:${port}/api/v1`;
    const flags = [`--config.file=${config}`, `--storage.tsdb.path=${path.join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`];
    prometheus = spawn(path.join(bin as string, 'prometheus'), flags, { stdio: 'ignore' });
    for (let left = 100; ; left--) {
      const up = await fetch(`${api}/query?query=up`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (up) break;
      if (left === 0) throw new Error('Prometheus did not come up.');
      await pause(200);
    }
  }, 60_000);
  afterAll(async () => {
    prometheus?.kill('SIGKILL');
    server?.process.kill('SIGKILL');
    await server?.exited;
    await pause(200);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  test('reads the server, and has counted exactly what was sent', async () => {
    const send = (target: string, body?: unknown) =>
      fetch(`${server.url}${target}`, {
        ...(body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      }).then((answer) => answer.text());
    for (let i = 0; i < 40; i++) await send(`/recommend/u${i % 50}?k=5`);
    for (let i = 0; i < 7; i++) await send(`/recommend/stranger-${i}`);
    for (let i = 0; i < 5; i++) await send('/similar/nothing');
    for (let i = 0; i < 3; i++) await send('/no/such/path');
    for (let i = 0; i < 4; i++)
      await send(
        '/events',
        [1, 2, 3].map((n) => ({ event_id: `e-${i % 2}-${n}`, user_id: 'u1', item_id: 'i1' })),
      );
    await pause(8000);

    expect(await value('up{job="recsmith"}')).toBe(1);
    const count = 'recsmith_http_request_duration_seconds_count';
    expect(await value(`${count}{route="recommend",status="2xx"}`)).toBe(47);
    expect(await value(`${count}{route="similar",status="4xx"}`)).toBe(5);
    expect(await value(`${count}{route="none",status="4xx"}`)).toBe(3);
    expect(await value(`${count}{route="events",status="2xx"}`)).toBe(4);
    expect(await value('recsmith_http_request_duration_seconds_bucket{route="recommend",status="2xx",le="+Inf"}')).toBe(47);
    expect(await value('recsmith_http_responses_total{code="404"}')).toBe(8);
    expect(await value('sum(recsmith_recommendations_total)')).toBe(47);
    expect(await value('recsmith_recommendations_total{source="popularity"}')).toBe(7);
    expect(await value('recsmith_events_total{result="accepted"}')).toBe(6);
    expect(await value('recsmith_events_total{result="duplicate"}')).toBe(6);
    expect(await value('recsmith_event_queue_bytes')).toBe(0);
    expect(await value('recsmith_bundle_info{model_version="v1"}')).toBe(1);
    expect(await value('recsmith_vector_index_size')).toBe(80);
    const p99 = await value(`histogram_quantile(0.99, sum by (le) (recsmith_http_request_duration_seconds_bucket{route="recommend"}))`);
    expect(p99).toBeGreaterThan(0);
    expect(p99).toBeLessThanOrEqual(1);
    expect(await value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    // Prometheus sees as many series as there are, on all its reads.
    expect(await value('count({__name__=~"recsmith_.*"})')).toBeLessThan(400);
  }, 60_000);

  test('finds nothing to complain of in the names and the format', async () => {
    const text = await fetch(`${server.url}/metrics`).then((answer) => answer.text());
    const own = text
      .split('\n')
      .filter((line) => /^(# (HELP|TYPE) )?recsmith_/.test(line))
      .join('\n');
    const all = spawnSync(path.join(bin as string, 'promtool'), ['check', 'metrics'], { input: `${own}\n`, encoding: 'utf8' });
    expect([all.status, all.stdout, all.stderr]).toEqual([0, '', '']);
    // Those of the process come from a library, whose names are its own; they parse.
    const whole = spawnSync(path.join(bin as string, 'promtool'), ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(whole.stderr).not.toMatch(/error|parsing/i);
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Route } from '#contract/api/route';
import { routes } from '#contract/routes';
import { startManyClients } from '../../bench/support/many-clients.ts';
import { writeBundle } from '../../engine/bundles/write-bundle.ts';
import { bundleServer, type RunningServer, startServerProcess } from '../support/server-process.ts';
import { sampleContents } from './bundles/sample-contents.ts';

let folder: string;
let entry: string;
let bundlePath: string;
const running: RunningServer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'server-observed-'));
  entry = await bundleServer(folder);
  bundlePath = path.join(folder, 'bundle');
  await writeBundle(bundlePath, sampleContents({ users: 500, items: 400 }));
}, 60_000);
afterEach(async () => {
  for (const { process: child, exited } of running.splice(0)) {
    child.kill('SIGKILL');
    await exited;
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(options: Parameters<typeof startServerProcess>[1] | undefined, env: NodeJS.ProcessEnv = {}): Promise<RunningServer> {
  const server = await startServerProcess(entry, { bundlePath, ...options }, env);
  running.push(server);
  return server;
}

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

function ask(
  { port }: RunningServer,
  target: string,
  { method = 'GET', headers = {}, body }: Sent = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path: target, method, headers, agent: false }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk) => {
        text += chunk.toString();
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('logs and metrics hold no id, key, token, body, query or address of what was asked, on any route, well or badly asked', async () => {
  const logFolder = path.join(folder, 'logs');
  const server = await start({ bundlePath, logFolder, eventLogFolder: path.join(folder, 'events') }, { RECSMITH_LOG: 'debug' });
  const canary = (what: string): string => `canary${what}77`;
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${canary('token')}`,
    'x-api-key': canary('key'),
    cookie: `session=${canary('cookie')}`,
    'idempotency-key': canary('idempotency'),
    'user-agent': canary('agent'),
    'x-forwarded-for': canary('address'),
  };
  const statuses = new Set<number>();
  const send = async (target: string, options: Sent): Promise<void> => {
    statuses.add((await ask(server, target, options)).status);
  };
  const bodies = [
    JSON.stringify({ user_id: canary('user'), item_id: canary('item'), event_id: canary('event'), context: { a: canary('context') } }),
    JSON.stringify({ user_id: canary('user'), user_ids: [canary('user')], [canary('field')]: 1 }),
    JSON.stringify({ api_key: canary('key'), refresh_token: canary('token'), name: canary('name') }),
    `{"broken": "${canary('body')}`,
    `"${'x'.repeat(5 * 1024 * 1024)}${canary('large')}"`,
  ];
  for (const row of Object.values<Route>(routes)) {
    const target = `${row.path.replace(/\{\w+\}/, canary('path'))}?user_id=${canary('user')}&filter=${canary('filter')}&k=${canary('query')}`;
    if (row.method === 'GET') await send(target, { headers });
    else
      for (const body of bodies) await send(target.split('?')[0] as string, { method: row.method, headers, body }).catch(() => undefined);
    await send(target, { method: 'PUT', headers });
    await send(target, { method: row.method, headers: { ...headers, host: `${canary('host')}.example` } });
    await send(target, { method: row.method, headers: { ...headers, origin: `http://${canary('origin')}.example` } });
  }
  await send(`/${canary('unknown')}?${canary('query')}`, { headers });
  await send(`/recommend/${canary('user')}?k=3`, { headers });
  await send('/recommend/%ff', { headers });
  expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 202, 400, 403, 404, 405]));
  const metrics = (await ask(server, '/metrics')).text;
  server.send({ type: 'stop' });
  expect(await server.exited).toBe(0);
  const log = await readFile(path.join(logFolder, 'server.log'), 'utf8');
  expect(log.split('\n').length).toBeGreaterThan(50);
  expect(log).toMatch(/"event":"started"[\s\S]*"event":"request"[\s\S]*"event":"stopped"/);
  for (const [where, text] of Object.entries({ log, metrics, stderr: server.stderr() })) {
    expect(text.match(/canary\w*/g) ?? [], where).toEqual([]);
  }
});

test('at the usual level a server that serves alone writes its life to its error stream, and no request that went well', async () => {
  const server = await start({ bundlePath });
  await ask(server, '/recommend/u1');
  await ask(server, '/nothing');
  await ask(server, '/events', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"user_id":"u","item_id":"i"}' });
  server.send({ type: 'swap', id: 1, bundlePath: path.join(folder, 'no-bundle') });
  await server.next('swap.failed');
  server.send({ type: 'stop' });
  await server.exited;
  const lines = server
    .stderr()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  expect(lines.map(({ event, route, status, code }) => [event, route ?? code, status].filter(Boolean).join(' '))).toEqual([
    'started',
    // It was given no folder for events.
    'request events 503',
    'swap_refused not_found',
    'stopping',
    'stopped',
  ]);
});

test('whoever looks sees requests with their bodies, and never an authorization', async () => {
  const server = await start({ bundlePath, eventLogFolder: path.join(folder, 'events-2') });
  const look = async (after: number) => {
    const answer = server.next('traffic');
    server.send({ type: 'traffic', id: 1, after });
    return (await answer).traffic;
  };
  await ask(server, '/recommend/u1');
  expect((await look(0)).requests).toEqual([]);
  const headers = { 'content-type': 'application/json', authorization: 'Bearer canary-token' };
  await ask(server, '/recommend/u2?k=3', { headers });
  await ask(server, '/events', { method: 'POST', headers, body: '{"user_id":"u2","item_id":"i2"}' });
  const traffic = await look(0);
  expect(traffic.requests).toMatchObject([
    {
      sequence: 1,
      method: 'GET',
      target: '/recommend/u2?k=3',
      route: 'recommend',
      status: 200,
      sent: null,
      answer: expect.stringContaining('"items"'),
    },
    { sequence: 2, route: 'events', status: 202, sent: expect.stringContaining('"u2"'), answer: expect.stringContaining('"accepted":1') },
  ]);
  expect(traffic.seconds.reduce((sum, { requests }) => sum + requests, 0)).toBe(3);
  expect(JSON.stringify(traffic)).not.toContain('canary');
});

test('SIGTERM at 300 requests a second: what was sent before is answered, nothing is reset, and it ends by itself', async () => {
  const server = await start({ bundlePath });
  const before = new Map<string, number>();
  const after = new Map<string, number>();
  let signalledMs = Number.POSITIVE_INFINITY;
  const clients = startManyClients({
    port: server.port,
    connections: 20,
    rate: 300,
    path: () => '/recommend/u1?k=10',
    onEnd(ending, _latencyMs, sentMs) {
      const counts = sentMs < signalledMs ? before : after;
      counts.set(String(ending), (counts.get(String(ending)) ?? 0) + 1);
    },
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  signalledMs = performance.now();
  server.process.kill('SIGTERM');
  expect(await server.exited).toBe(0);
  expect(performance.now() - signalledMs).toBeLessThan(10_000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await clients.stop();
  expect([...before.keys()]).toEqual(['200']);
  expect(before.get('200')).toBeGreaterThan(200);
  // Those that came too late were told so, or found no server; none was cut off.
  expect([...after.keys()].filter((ending) => !['200', '503', 'refused'].includes(ending))).toEqual([]);
  expect(after.get('503')).toBeGreaterThan(0);
});

test('a real process sends traces where a collector is named, and stops in time', async () => {
  const received: string[] = [];
  const collector = createServer((incoming, response) => {
    incoming.on('data', (chunk) => received.push(chunk.toString()));
    incoming.on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const server = await start({ bundlePath }, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
  await ask(server, '/recommend/u1', { headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } });
  server.send({ type: 'stop' });
  expect(await server.exited).toBe(0);
  collector.closeAllConnections();
  collector.close();
  const text = received.join('');
  expect(text).toContain('0af7651916cd43dd8448eb211c80319c');
  expect(text).toContain('GET recommend');
});

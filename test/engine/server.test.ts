import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FromServer, ToServer } from '#contract/child-messages';
import { writeBundle } from '../../engine/bundles/write-bundle.ts';
import { bundleServer } from '../support/server-process.ts';
import { type SampleOptions, sampleContents } from './bundles/sample-contents.ts';

/** The real entry, bundled as the build does it, as a real process. */
const root = path.resolve(__dirname, '..', '..');
let folder: string;
let entry: string;
let first: string;
const children: ChildProcess[] = [];

async function pack(options: SampleOptions): Promise<string> {
  const bundle = path.join(folder, `bundle-${options.version}`);
  await writeBundle(bundle, sampleContents(options));
  return bundle;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'server-process-'));
  entry = await bundleServer(folder);
  first = await pack({ version: 'v1' });
}, 60_000);
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Child {
  process: ChildProcess;
  messages: FromServer[];
  send(message: ToServer): void;
  next<T extends FromServer['type']>(type: T): Promise<Extract<FromServer, { type: T }>>;
  exited: Promise<number | null>;
}

function spawnServer(): Child {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    // Where the native search library is.
    env: { ...process.env, NODE_PATH: path.join(root, 'node_modules') },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(child);
  const messages: FromServer[] = [];
  const waiting: { type: string; resolve: (message: never) => void }[] = [];
  child.on('message', (raw) => {
    const message = raw as FromServer;
    messages.push(message);
    for (const entry of waiting.splice(0)) {
      if (entry.type === message.type) entry.resolve(message as never);
      else waiting.push(entry);
    }
  });
  return {
    process: child,
    messages,
    send: (message) => void child.send(message),
    next: (type) => new Promise((resolve) => waiting.push({ type, resolve })),
    exited: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
  };
}

async function startServer(options: { bundlePath?: string; port?: number; host?: string; events?: string } = {}) {
  const child = spawnServer();
  await child.next('ready');
  const outcome = Promise.race([child.next('started'), child.next('failed')]);
  const { bundlePath = first, port = 0, host = '127.0.0.1', events = await mkdtemp(path.join(tmpdir(), 'events-')) } = options;
  child.send({
    type: 'start',
    bundlePath,
    port,
    host,
    eventLogFolder: events,
    securityFolder: null,
    auth: false,
    tls: null,
    uploadFolder: null,
    adminAvailable: true,
  });
  return { child, outcome: await outcome, events };
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });

function ask(url: string, body?: unknown): Promise<{ status: number; json: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, method: body === undefined ? 'GET' : 'POST', headers: { 'content-type': 'application/json' } },
      (incoming) => {
        let text = '';
        incoming.on('data', (chunk) => {
          text += chunk.toString();
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, json: JSON.parse(text) }));
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const urlOf = (outcome: FromServer): string => {
  if (outcome.type !== 'started') throw new Error(JSON.stringify(outcome));
  return outcome.url;
};

test('it starts, answers, says what it counted, and stops when told', async () => {
  const { child, outcome } = await startServer();
  expect(outcome).toMatchObject({ type: 'started', modelVersion: 'v1' });
  const url = urlOf(outcome);
  const statistics = child.next('statistics');
  expect((await ask(`${url}/recommend/u1`)).json).toMatchObject({ source: 'ranker', model_version: 'v1' });
  expect((await ask(`${url}/health`)).json).toMatchObject({ version: '1.2.3' });
  const appended = child.next('events.appended');
  await ask(`${url}/events`, [
    { user_id: 'u1', item_id: 'i1' },
    { user_id: 'u1', item_id: 'i2' },
  ]);
  expect((await appended).count).toBe(2);
  expect((await statistics).statistics).toMatchObject({ errors: 0, p99Ms: expect.any(Number) });
  child.send({ type: 'stop' });
  expect(await child.exited).toBe(0);
  expect(child.messages.at(-1)).toEqual({ type: 'stopped' });
});

test('a call for the engine goes out and its answer comes back', async () => {
  const { child, outcome } = await startServer();
  const call = child.next('admin');
  const answer = ask(`${urlOf(outcome)}/admin/train`, { seed: 5 });
  const { id, call: asked } = await call;
  expect(asked).toEqual({ route: 'train', body: { seed: 5 } });
  child.send({ type: 'admin.answer', id, ok: false, error: { code: 'conflict', message: 'A training runs already.' } });
  expect(await answer).toMatchObject({ status: 409, json: { detail: 'A training runs already.' } });
});

test('what it cannot start with, it says in words, and ends', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => blocker.once('listening', resolve));
  const { port } = blocker.address() as AddressInfo;
  const bytes = await readFile(path.join(first, 'ranker.safetensors'));
  const damaged = await pack({ version: 'damaged' });
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
  await writeFile(path.join(damaged, 'ranker.safetensors'), bytes);
  for (const [options, error] of [
    [{ port }, { code: 'port_in_use', message: expect.stringMatching(new RegExp(`Port ${port} .*taken.*--port`)), details: { port } }],
    [{ bundlePath: damaged }, { code: 'bundle_refused', message: expect.stringMatching(/ranker\.safetensors/) }],
    [{ bundlePath: path.join(folder, 'nothing') }, { code: 'not_found' }],
    [{ host: '0.0.0.0' }, { code: 'forbidden', message: expect.stringMatching(/other machines/) }],
  ] as const) {
    const { child, outcome } = await startServer(options);
    expect(outcome).toMatchObject({ type: 'failed', error });
    expect(await child.exited).toBe(1);
  }
  blocker.close();
});

test('it ends when its parent is gone', async () => {
  const { child } = await startServer();
  child.process.disconnect();
  expect(await child.exited).toBe(0);
});

test('each event that was acknowledged is stored exactly once over kills with SIGKILL', async () => {
  const events = await mkdtemp(path.join(tmpdir(), 'events-'));
  const acknowledged = new Set<string>();
  let sent = 0;
  for (let round = 0; round < 4; round++) {
    const { child, outcome } = await startServer({ events });
    const url = urlOf(outcome);
    let alive = true;
    const client = async (): Promise<void> => {
      while (alive) {
        const ids = Array.from({ length: 5 }, () => `e${sent++}`);
        // What was acknowledged before is sent again now and then: it must not be stored twice.
        const repeated = [...acknowledged].slice(-2);
        const answer = await ask(
          `${url}/events`,
          [...ids, ...repeated].map((event_id) => ({ event_id, user_id: 'u1', item_id: 'i1' })),
        ).catch(() => null);
        if (answer?.status === 202) for (const id of ids) acknowledged.add(id);
      }
    };
    const clients = [client(), client(), client(), client()];
    await new Promise((resolve) => setTimeout(resolve, 300 + 100 * round));
    child.process.kill('SIGKILL');
    await child.exited;
    alive = false;
    await Promise.all(clients);
  }
  const { child } = await startServer({ events });
  child.send({ type: 'stop' });
  await child.exited;
  const stored: string[] = [];
  for (const name of await readdir(events)) {
    const lines = (await readFile(path.join(events, name), 'utf8')).split('\n');
    expect(lines.at(-1)).toBe('');
    stored.push(...lines.slice(0, -1).map((line) => (JSON.parse(line) as { event_id: string }).event_id));
  }
  expect(acknowledged.size).toBeGreaterThan(20);
  expect(new Set(stored).size).toBe(stored.length);
  const missing = [...acknowledged].filter((id) => !stored.includes(id));
  expect(missing).toEqual([]);
}, 60_000);

test('50 hot swaps under load: no request fails, and each answer is of one version; a refused bundle changes nothing', async () => {
  const second = await pack({ version: 'v2', seed: 2 });
  const broken = await pack({ version: 'broken' });
  await writeFile(path.join(broken, 'model-card.md'), 'changed');
  const { child, outcome } = await startServer();
  const url = urlOf(outcome);
  // What each version answers, asked when it alone was served.
  const lists = new Map<string, string>();
  const listOf = (json: Record<string, unknown>) => (json.items as { item_id: string }[]).map((item) => item.item_id).join();
  const swap = async (id: number, bundlePath: string) => {
    const done = Promise.race([child.next('swapped'), child.next('swap.failed')]);
    child.send({ type: 'swap', id, bundlePath });
    return done;
  };
  for (const [id, bundle] of [second, first].entries()) {
    await swap(id, bundle);
    const { json } = await ask(`${url}/recommend/u7`);
    lists.set(json.model_version as string, listOf(json));
  }
  expect(lists.size).toBe(2);
  expect(lists.get('v1')).not.toBe(lists.get('v2'));

  let running = true;
  const seen = new Map<string, number>();
  const problems: string[] = [];
  const client = async (): Promise<void> => {
    while (running) {
      const { status, json } = await ask(`${url}/recommend/u7`).catch((error: Error) => ({
        status: 0,
        json: { error: error.message } as Record<string, unknown>,
      }));
      const version = json.model_version as string;
      if (status !== 200 || listOf(json) !== lists.get(version)) problems.push(JSON.stringify({ status, json }));
      seen.set(version, (seen.get(version) ?? 0) + 1);
    }
  };
  const clients = [client(), client(), client(), client()];
  for (let i = 0; i < 50; i++) expect(await swap(100 + i, i % 2 === 0 ? second : first)).toMatchObject({ type: 'swapped', id: 100 + i });
  expect(await swap(200, broken)).toMatchObject({ type: 'swap.failed', id: 200, error: { code: 'bundle_refused' } });
  running = false;
  await Promise.all(clients);
  expect(problems).toEqual([]);
  expect([...seen.keys()].sort()).toEqual(['v1', 'v2']);
  expect((await ask(`${url}/health`)).json).toMatchObject({ status: 'ok', model_version: 'v1' });
}, 60_000);

const lineCount = async (events: string): Promise<number> =>
  (await readFile(path.join(events, '1.log'), 'utf8')).split('\n').filter(Boolean).length;

test('requests under way are answered when it stops', async () => {
  const { child, outcome, events } = await startServer();
  const url = urlOf(outcome);
  const answers = Array.from({ length: 40 }, (_, i) => ask(`${url}/events`, { event_id: `last-${i}`, user_id: 'u', item_id: 'i' }));
  await Promise.race(answers);
  child.send({ type: 'stop' });
  const settled = await Promise.allSettled(answers);
  expect(await child.exited).toBe(0);
  for (const answer of settled) {
    // Accepted and answered, told to go elsewhere, or never let in: no connection was cut.
    if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'ECONNREFUSED' });
    else if (answer.value.status !== 202) expect(answer.value).toMatchObject({ status: 503, json: { code: 'unavailable' } });
  }
  const accepted = settled.filter((answer) => answer.status === 'fulfilled' && answer.value.status === 202).length;
  expect(accepted).toBeGreaterThanOrEqual(8);
  // What was not accepted was not stored either.
  expect(await lineCount(events)).toBe(accepted);
});

test('a second server on the same folder of events is refused, naming the first; that of a dead one is taken over', {
  timeout: 60_000,
}, async () => {
  const one = await startServer();
  const { pid } = one.child.process;
  const two = await startServer({ events: one.events });
  expect(two.outcome).toMatchObject({
    type: 'failed',
    error: {
      code: 'conflict',
      message: expect.stringMatching(new RegExp(`^Another server \\(process ${pid} on .* Stop it first, or serve a copy`)),
    },
  });
  expect(await two.child.exited).toBe(1);
  // The first goes on as if nothing had been.
  expect((await ask(`${urlOf(one.outcome)}/events`, { user_id: 'u', item_id: 'i1' })).status).toBe(202);
  one.child.process.kill('SIGKILL');
  await one.child.exited;
  const three = await startServer({ events: one.events });
  expect(three.outcome.type).toBe('started');
  three.child.send({ type: 'stop' });
  await three.child.exited;
  expect(await readdir(one.events)).toEqual(['1.log']);
});

/** The server under load, with a linear and a neural ranker, fresh and from the cache; beside training, index building and hot swaps, and a bare node:http server. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';
import { writeBundle } from '../engine/bundles/write-bundle.ts';
import { createRandom } from '../engine/math/random.ts';
import { sampleContents } from '../test/engine/bundles/sample-contents.ts';
import { entryOf } from './support/entries.ts';
import { buildGraphs, isIndexingLoad, startIndexing } from './support/indexing-load.ts';
import { type ServerChild, startServerChild } from './support/server-child.ts';
import { startTraining } from './support/training-load.ts';

const flags = new Map(process.argv.slice(2).map((flag) => flag.replace(/^--/, '').split('=') as [string, string | undefined]));
const small = flags.has('small');
const [users, items] = small ? [10_000, 5000] : [100_000, 41_000];
const dimensions = 64;
const seconds = Number(flags.get('seconds') ?? 10);
const swapCount = Number(flags.get('swaps') ?? 50);
const swapSeconds = Number(flags.get('swap-seconds') ?? 60);

/** What a load asks for. */
type Asked = 'fresh' | 'cached' | '/health';

interface Row {
  what: string;
  requestsPerSecond: number;
  requests: number;
  errors: number;
  non2xx: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** CPU time of the server process: what it costs whatever else the machine does. */
  cpuMsPerRequest: number | null;
}

/** Seconds of CPU that a server says it has used; null for one that does not say. */
async function cpuSeconds(url: string): Promise<number | null> {
  const text = await fetch(`${url}/metrics`).then((answer) => answer.text());
  const found = /^process_cpu_seconds_total (\S+)/m.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

interface Load {
  asked: Asked;
  /** Requests a second; null: as many as go. */
  rate: number | null;
  connections: number;
  seconds?: number;
}

/** So few users are asked for again and again where answers should come from the cache. */
const cachedUsers = 500;

/** Requests over loopback; latencies at a steady rate are corrected for requests that had to wait. */
async function load(what: string, url: string, { asked, rate, connections, seconds: duration = seconds }: Load): Promise<Row> {
  const random = createRandom(3, what);
  const pathOf = (): string =>
    asked === '/health' ? asked : `/recommend/u${random.integer(asked === 'fresh' ? users : cachedUsers)}?k=10`;
  const before = await cpuSeconds(url);
  const result = await autocannon({
    url,
    connections,
    duration,
    ...(rate === null ? {} : { overallRate: rate }),
    ...(asked === 'fresh' ? { headers: { 'cache-control': 'no-cache' } } : {}),
    requests: [{ setupRequest: (request: object) => ({ ...request, path: pathOf() }) }],
  });
  const after = await cpuSeconds(url);
  const row: Row = {
    what,
    requestsPerSecond: Math.round(result.requests.average),
    requests: result.requests.total,
    errors: result.errors + result.timeouts,
    non2xx: result.non2xx,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    maxMs: result.latency.max,
    cpuMsPerRequest: before === null || after === null ? null : Number((((after - before) * 1000) / result.requests.total).toFixed(3)),
  };
  process.stdout.write(
    `${row.what.padEnd(56)} ${String(row.requestsPerSecond).padStart(6)}/s  failures ${row.errors + row.non2xx}  p50 ${row.p50Ms} ms  p99 ${row.p99Ms} ms  max ${row.maxMs} ms  cpu ${row.cpuMsPerRequest ?? '-'} ms\n`,
  );
  return row;
}

async function ceiling(): Promise<Row> {
  const body = JSON.stringify({ hello: 'x'.repeat(600) });
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return await load('node:http hello, 16 connections', url, { asked: '/health', rate: null, seconds: 5, connections: 16 });
  } finally {
    server.close();
  }
}

/** Median latency of one request after the other, which is finer than the millisecond of the load tool. */
async function oneByOne(what: string, url: string): Promise<string> {
  const random = createRandom(4, what);
  const times: number[] = [];
  for (let i = 0; i < 1500; i++) {
    const start = performance.now();
    await fetch(`${url}/recommend/u${random.integer(users)}?k=10`, { headers: { 'cache-control': 'no-cache' } }).then((answer) =>
      answer.text(),
    );
    if (i >= 500) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return `${what}, one connection: p50 ${(times[500] as number).toFixed(2)} ms, p99 ${(times[990] as number).toFixed(2)} ms, as fetch sees it.`;
}

async function swapsUnderLoad(server: ServerChild, bundles: string[]): Promise<{ row: Row; note: string }> {
  const swapMs: number[] = [];
  const loaded = load(`neural, ${swapCount} hot swaps in ${swapSeconds} s, 300/s`, server.url, {
    asked: 'fresh',
    rate: 300,
    seconds: swapSeconds,
    connections: 10,
  });
  for (let i = 0; i < swapCount; i++) {
    const start = performance.now();
    await server.swap(bundles[(i + 1) % bundles.length] as string);
    swapMs.push(Math.round(performance.now() - start));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, (swapSeconds * 950) / swapCount - (performance.now() - start))));
  }
  const row = await loaded;
  swapMs.sort((a, b) => a - b);
  return { row, note: `${swapMs.length} swaps, median ${swapMs[swapMs.length >> 1]} ms, longest ${swapMs.at(-1)} ms each.` };
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-serve-'));
  const rows: Row[] = [];
  const notes: string[] = [];
  const pack = async (name: string, hidden: number[], seed: number): Promise<string> => {
    const bundle = path.join(folder, name);
    await writeBundle(bundle, sampleContents({ users, items, dimensions, hidden, seed, version: name }));
    return bundle;
  };
  const withServer = async (bundle: string, work: (server: ServerChild) => Promise<void>): Promise<void> => {
    const server = await startServerChild(entryOf('server'), bundle, path.join(folder, `${path.basename(bundle)}-events`));
    try {
      await load('(warm-up)', server.url, { asked: 'fresh', rate: null, seconds: 3, connections: 4 });
      await work(server);
    } finally {
      await server.stop();
    }
  };
  try {
    rows.push(await ceiling());
    const neural = [await pack('neural-1', [64, 32], 1), await pack('neural-2', [64, 32], 2)];
    await withServer(await pack('linear', [], 1), async ({ url }) => {
      rows.push(await load('linear, 16 connections', url, { asked: 'fresh', rate: null, connections: 16 }));
      notes.push(await oneByOne('Linear', url));
      rows.push(await load('linear, 500/s', url, { asked: 'fresh', rate: 500, connections: 16 }));
    });
    await withServer(neural[0] as string, async (server) => {
      const { url } = server;
      rows.push(await load('neural, 16 connections', url, { asked: 'fresh', rate: null, connections: 16 }));
      notes.push(await oneByOne('Neural', url));
      rows.push(await load('neural, 500/s', url, { asked: 'fresh', rate: 500, connections: 16 }));
      rows.push(await load('/health, 16 connections', url, { asked: '/health', rate: null, connections: 16 }));
      rows.push(await load('from the cache, 16 connections', url, { asked: 'cached', rate: null, connections: 16 }));
      const [health, cached] = rows.slice(-2) as [Row, Row];
      notes.push(`From the cache: ${Math.round((100 * cached.requestsPerSecond) / health.requestsPerSecond)} % of the rate of /health.`);
      rows.push(await load('neural, 200/s, nothing beside it', url, { asked: 'fresh', rate: 200, connections: 10 }));
      const training = await startTraining(entryOf('trainer')).catch((error: Error) => {
        notes.push(`No training ran beside it: ${error.message}`);
        return null;
      });
      const indexing = startIndexing();
      rows.push(
        await load(`neural, 200/s, while ${training ? 'training and ' : ''}indexing`, url, { asked: 'fresh', rate: 200, connections: 10 }),
      );
      training?.stop();
      indexing.stop();
      const swapped = await swapsUnderLoad(server, neural);
      rows.push(swapped.row);
      notes.push(swapped.note);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const machine = { cpus: os.cpus().length, cpu: os.cpus()[0]?.model, node: process.versions.node, loadAverage: os.loadavg() };
  const setting = `${users} users × ${items} items × ${dimensions}, exact search, 200 candidates, rankers: linear, and neural 64-32; random vectors; fresh: cache-control no-cache; client on the same ${machine.cpus} cores`;
  const results = process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results');
  await mkdir(results, { recursive: true });
  const name = small ? 'serve-small' : 'serve';
  await writeFile(path.join(results, `${name}.json`), `${JSON.stringify({ setting, machine, rows, notes }, null, 2)}\n`);
  const table = rows.map(
    (row) =>
      `| ${row.what} | ${row.requestsPerSecond} | ${row.requests} | ${row.errors + row.non2xx} | ${row.p50Ms} | ${row.p99Ms} | ${row.maxMs} | ${row.cpuMsPerRequest ?? ''} |`,
  );
  const text = [
    '# The server under load',
    '',
    `${setting}. ${machine.cpu}, Node ${machine.node}, load average ${machine.loadAverage.map((value) => value.toFixed(1)).join(' ')} at the end.`,
    '',
    '| what | requests/s | requests | failures | p50 ms | p99 ms | max ms | server CPU ms/request |',
    '|---|---|---|---|---|---|---|---|',
    ...table,
    '',
    ...notes.flatMap((note) => [note, '']),
  ];
  await writeFile(path.join(results, `${name}.md`), text.join('\n'));
  process.stdout.write(`${notes.join('\n')}\nWritten to ${path.join(results, name)}.md\n`);
}

void (isIndexingLoad() ? buildGraphs() : main());

/** The server under load: idle, while a two-tower trains on the same cores, and through 50 hot swaps; beside a bare node:http server. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';
import { writeBundle } from '../engine/bundles/write-bundle.ts';
import { createRandom } from '../engine/math/random.ts';
import { sampleContents } from '../test/engine/bundles/sample-contents.ts';
import { type ServerChild, startServerChild } from './support/server-child.ts';
import { startTraining } from './support/training-load.ts';

const flags = new Map(process.argv.slice(2).map((flag) => flag.replace(/^--/, '').split('=') as [string, string | undefined]));
const large = flags.has('large');
const [users, items] = large ? [100_000, 41_000] : [10_000, 5000];
const dimensions = 64;
const rate = Number(flags.get('rate') ?? 200);
const seconds = Number(flags.get('seconds') ?? 20);
const swapCount = Number(flags.get('swaps') ?? 50);

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

const entries = [path.join(__dirname, '..', 'engine'), path.join(process.cwd(), 'dist', 'engine')];
const entryOf = (name: string): string => {
  const found = entries.map((folder) => path.join(folder, `${name}.cjs`)).find((file) => existsSync(file));
  if (!found) throw new Error(`dist/engine/${name}.cjs is not built. Run npm run build first.`);
  return found;
};

/** Requests at a steady rate (or as many as go, where it is null) over loopback; latencies are corrected for requests that had to wait. */
async function load(what: string, url: string, options: { rate: number | null; seconds: number; connections: number }): Promise<Row> {
  const random = createRandom(3, what);
  const before = await cpuSeconds(url);
  const result = await autocannon({
    url,
    connections: options.connections,
    duration: options.seconds,
    ...(options.rate === null ? {} : { overallRate: options.rate }),
    requests: [{ setupRequest: (request: object) => ({ ...request, path: `/recommend/u${random.integer(users)}?k=10` }) }],
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
  process.stdout.write(`${line(row)}\n`);
  return row;
}

const line = (row: Row): string =>
  `${row.what.padEnd(44)} ${String(row.requestsPerSecond).padStart(6)}/s  errors ${row.errors}  non-2xx ${row.non2xx}  p50 ${row.p50Ms} ms  p99 ${row.p99Ms} ms  max ${row.maxMs} ms  cpu ${row.cpuMsPerRequest ?? '-'} ms/request`;

async function ceiling(): Promise<Row> {
  const body = JSON.stringify({ hello: 'x'.repeat(600) });
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await load('node:http hello, 16 connections, unbounded', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      rate: null,
      seconds: 5,
      connections: 16,
    });
  } finally {
    server.close();
  }
}

async function swapsUnderLoad(server: ServerChild, bundles: string[]): Promise<{ row: Row; swapMs: number[] }> {
  const swapMs: number[] = [];
  const duration = Math.max(seconds, large ? 60 : 20);
  const loaded = load(`${swapCount} hot swaps, ${rate}/s`, server.url, { rate, seconds: duration, connections: 10 });
  for (let i = 0; i < swapCount; i++) {
    const start = performance.now();
    await server.swap(bundles[(i + 1) % bundles.length] as string);
    swapMs.push(Math.round(performance.now() - start));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, (duration * 900) / swapCount - (performance.now() - start))));
  }
  return { row: await loaded, swapMs };
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-serve-'));
  const rows: Row[] = [];
  const notes: string[] = [];
  try {
    const bundles: string[] = [];
    for (const seed of [1, 2]) {
      const bundle = path.join(folder, `v${seed}`);
      await writeBundle(bundle, sampleContents({ users, items, dimensions, hidden: [64, 32], seed, version: `v${seed}` }));
      bundles.push(bundle);
    }
    const server = await startServerChild(entryOf('server'), bundles[0] as string, path.join(folder, 'events'));
    try {
      rows.push(await ceiling());
      await load('(warm-up)', server.url, { rate: null, seconds: 3, connections: 4 });
      rows.push(await load(`idle, ${rate}/s`, server.url, { rate, seconds, connections: 10 }));
      rows.push(await load('idle, 16 connections, unbounded', server.url, { rate: null, seconds: 5, connections: 16 }));
      const training = await startTraining(entryOf('trainer')).catch((error: Error) => {
        notes.push(`No training ran beside it: ${error.message}`);
        return null;
      });
      if (training) {
        rows.push(await load(`while training, ${rate}/s`, server.url, { rate, seconds, connections: 10 }));
      }
      const swapped = await swapsUnderLoad(server, bundles);
      training?.stop();
      if (training) swapped.row.what += ' while training';
      rows.push(swapped.row);
      const sorted = [...swapped.swapMs].sort((a, b) => a - b);
      notes.push(`${swapped.swapMs.length} swaps, median ${sorted[sorted.length >> 1]} ms, longest ${sorted.at(-1)} ms each.`);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const machine = { cpus: os.cpus().length, cpu: os.cpus()[0]?.model, node: process.versions.node, loadAverage: os.loadavg() };
  const setting = `${users} users × ${items} items × ${dimensions}, 200 candidates, neural ranker 64-32; client on the same ${machine.cpus} cores`;
  const results = process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results');
  await mkdir(results, { recursive: true });
  const name = large ? 'serve-large' : 'serve';
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
    ...notes,
    '',
  ];
  await writeFile(path.join(results, `${name}.md`), text.join('\n'));
  process.stdout.write(`${notes.join('\n')}\nWritten to ${path.join(results, name)}.md\n`);
}

void main();

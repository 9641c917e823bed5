/** The server beyond its limits: ten times as many requests as it can answer, SIGTERM under load, and, with --soak=MINUTES, memory over time. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeBundle } from '../engine/bundles/write-bundle.ts';
import { createRandom } from '../engine/math/random.ts';
import { sampleContents } from '../test/engine/bundles/sample-contents.ts';
import { entryOf } from './support/entries.ts';
import { type Ending, startManyClients } from './support/many-clients.ts';
import { type ServerChild, startServerChild } from './support/server-child.ts';
import { soak } from './support/soak.ts';

const flags = new Map(process.argv.slice(2).map((flag) => flag.replace(/^--/, '').split('=') as [string, string | undefined]));
const [users, items, dimensions] = [10_000, 5000, 64];
const seconds = Number(flags.get('seconds') ?? 20);
const soakMinutes = Number(flags.get('soak') ?? 0);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const random = createRandom(5, 'overload');
const randomPath = (): string => `/recommend/u${random.integer(users)}?k=10`;

/** Resident memory of a process in MB, from /proc. */
async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

const at = (sorted: number[], share: number): number | null =>
  sorted.length === 0 ? null : Number((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number).toFixed(1));

interface Row {
  what: string;
  connections: number;
  acceptedPerSecond: number;
  p50Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
  /** Of what was sent after the first three seconds, when all connections were taken. */
  p99LaterMs: number | null;
  shedPerSecond: number;
  shedShare: number;
  others: number;
  rssMb: number;
}

/** Opening thousands of connections at once takes a moment of its own. */
const connectingMs = 3000;

/** Sends for a while and counts. */
async function load(server: ServerChild, what: string, connections: number, rate: number | null, forSeconds: number): Promise<Row> {
  const accepted: number[] = [];
  const later: number[] = [];
  const beganMs = performance.now();
  const counts = new Map<Ending, number>();
  const port = Number(new URL(server.url).port);
  const clients = startManyClients({
    port,
    connections,
    rate,
    path: randomPath,
    onEnd(ending, latencyMs, sentMs) {
      counts.set(ending, (counts.get(ending) ?? 0) + 1);
      if (ending !== 200) return;
      accepted.push(latencyMs);
      if (sentMs - beganMs > connectingMs) later.push(latencyMs);
    },
  });
  let rssMb = 0;
  for (let second = 0; second < forSeconds; second++) {
    await pause(1000);
    rssMb = Math.max(rssMb, await residentMb(server.pid));
  }
  await clients.stop();
  accepted.sort((a, b) => a - b);
  later.sort((a, b) => a - b);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const shed = counts.get(503) ?? 0;
  const row: Row = {
    what,
    connections,
    acceptedPerSecond: Math.round(accepted.length / forSeconds),
    p50Ms: at(accepted, 0.5),
    p99Ms: at(accepted, 0.99),
    maxMs: at(accepted, 1),
    p99LaterMs: at(later, 0.99),
    shedPerSecond: Math.round(shed / forSeconds),
    shedShare: Number((shed / Math.max(total, 1)).toFixed(3)),
    others: total - shed - accepted.length,
    rssMb,
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
  return row;
}

/** Seconds after an overload until a request a tenth of a second apart is answered within 25 ms, five times in a row. */
async function recovery(server: ServerChild): Promise<number> {
  const began = performance.now();
  for (let good = 0; good < 5; ) {
    const sent = performance.now();
    const { status } = await fetch(`${server.url}${randomPath()}`);
    good = status === 200 && performance.now() - sent < 25 ? good + 1 : 0;
    if (performance.now() - began > 30_000) return Number.POSITIVE_INFINITY;
    await pause(100);
  }
  return Number(((performance.now() - began) / 1000 - 0.5).toFixed(1));
}

/** SIGTERM while requests come at a steady rate: how those that were sent before ended, and those after. */
async function termination(server: ServerChild, rate: number): Promise<Record<string, unknown>> {
  const before = new Map<Ending, number>();
  const after = new Map<Ending, number>();
  let signalledMs = Number.POSITIVE_INFINITY;
  const clients = startManyClients({
    port: Number(new URL(server.url).port),
    connections: 20,
    rate,
    path: randomPath,
    onEnd(ending, _latencyMs, sentMs) {
      const counts = sentMs < signalledMs ? before : after;
      counts.set(ending, (counts.get(ending) ?? 0) + 1);
    },
  });
  await pause(3000);
  signalledMs = performance.now();
  const code = await server.terminate();
  const tookMs = Math.round(performance.now() - signalledMs);
  await pause(300);
  await clients.stop();
  const outcome = { rate, exitCode: code, tookMs, sentBefore: Object.fromEntries(before), sentAfter: Object.fromEntries(after) };
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
  return outcome;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-overload-'));
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
    if (soakMinutes > 0) {
      const { text } = await soak(server, {
        minutes: soakMinutes,
        swapMinutes: Number(flags.get('swap') ?? 1),
        bundles,
        users,
        items,
        residentMb,
      });
      notes.push(text);
      await server.stop();
    } else {
      await load(server, '(warm-up)', 16, null, 3);
      const capacity = await load(server, 'capacity, 16 connections', 16, null, 5);
      rows.push(capacity);
      const ten = 10 * capacity.acceptedPerSecond;
      for (const connections of [500, 1000, 2000]) {
        rows.push(await load(server, `10 × capacity (${ten}/s offered)`, connections, ten, seconds));
        notes.push(`After ${connections} connections: normal again within ${await recovery(server)} s.`);
      }
      rows.push(await load(server, 'every connection as fast as it goes', 2000, null, seconds));
      notes.push(`After these: normal again within ${await recovery(server)} s.`);
      rows.push(await load(server, 'afterwards, 200/s', 16, 200, 5));
      notes.push(
        'Offered is what the clients send as long as one of their connections is idle; each waits for its answer, 503s too, so that fewer are sent.',
      );
      notes.push(`SIGTERM at 300 requests/s: ${JSON.stringify(await termination(server, 300))}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const machine = { cpus: os.cpus().length, cpu: os.cpus()[0]?.model, node: process.versions.node, loadAverage: os.loadavg() };
  const setting = `${users} users × ${items} items × ${dimensions}, 200 candidates, neural ranker 64-32; clients on the same ${machine.cpus} cores`;
  const results = process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results');
  await mkdir(results, { recursive: true });
  const name = soakMinutes > 0 ? 'overload-soak' : 'overload';
  await writeFile(path.join(results, `${name}.json`), `${JSON.stringify({ setting, machine, rows, notes }, null, 2)}\n`);
  const table = rows.map(
    (row) =>
      `| ${row.what} | ${row.connections} | ${row.acceptedPerSecond} | ${row.p50Ms} | ${row.p99Ms} | ${row.maxMs} | ${row.p99LaterMs} | ${row.shedPerSecond} | ${(100 * row.shedShare).toFixed(1)} % | ${row.others} | ${row.rssMb} |`,
  );
  const text = [
    soakMinutes > 0 ? '# The server over time' : '# The server beyond its limits',
    '',
    `${setting}. ${machine.cpu}, Node ${machine.node}, load average ${machine.loadAverage.map((value) => value.toFixed(1)).join(' ')} at the end.`,
    '',
    ...(rows.length > 0
      ? [
          '| what | connections | answered/s | p50 ms | p99 ms | max ms | p99 ms after 3 s | 503/s | share of 503 | other endings | RSS MB, highest |',
          '|---|---|---|---|---|---|---|---|---|---|---|',
          ...table,
          '',
        ]
      : []),
    ...notes.map((note) => `- ${note}`),
    '',
  ];
  await writeFile(path.join(results, `${name}.md`), text.join('\n'));
  process.stdout.write(`${notes.join('\n')}\nWritten to ${path.join(results, name)}.md\n`);
}

void main();

/** POST /events: how many events a second become durable, what one costs, and how large the memory of ids is; beside a plain append and fsync. */
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';
import { writeBundle } from '../engine/bundles/write-bundle.ts';
import { sampleContents } from '../test/engine/bundles/sample-contents.ts';
import { entryOf } from './support/entries.ts';
import { benchIdMemory } from './support/id-memory.ts';
import { startServerChild } from './support/server-child.ts';
import { benchUploads } from './support/uploads.ts';

const flags = new Map(process.argv.slice(2).map((flag) => flag.replace(/^--/, '').split('=') as [string, string | undefined]));
const seconds = Number(flags.get('seconds') ?? 10);
const uploadRows = Number(flags.get('rows') ?? 1_000_000);

interface Row {
  what: string;
  eventsPerSecond: number;
  requests: number;
  failures: number;
  p50Ms: number | null;
  p99Ms: number | null;
  /** CPU time of the server process. */
  cpuMicrosecondsPerEvent: number | null;
}

let last = 0;
/** A batch as a tracking client sends it. */
function batch(size: number): string {
  const events = Array.from({ length: size }, () => {
    last += 1;
    return {
      event_id: `0b7e4f0c-93d1-4f5a-9d2e-${String(last).padStart(12, '0')}`,
      user_id: `u${last % 10_000}`,
      item_id: `i${(last * 7) % 5000}`,
      event_type: 'view',
      timestamp: 1_767_225_600_000 + last,
      session_id: `s${last % 5000}`,
      context: { page: 'home', position: last % 20 },
    };
  });
  return JSON.stringify(size === 1 ? events[0] : events);
}

async function cpuSeconds(url: string): Promise<number> {
  const text = await fetch(`${url}/metrics`).then((answer) => answer.text());
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]);
}

async function load(url: string, options: { size: number; connections: number; eventsPerSecond?: number }): Promise<Row> {
  const { size, connections, eventsPerSecond } = options;
  const before = await cpuSeconds(url);
  const startedMs = performance.now();
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    ...(eventsPerSecond === undefined ? {} : { overallRate: eventsPerSecond / size }),
    requests: [
      {
        method: 'POST',
        path: '/events',
        headers: { 'content-type': 'application/json' },
        setupRequest: (request: object) => ({ ...request, body: batch(size) }),
      },
    ],
  });
  const elapsed = (performance.now() - startedMs) / 1000;
  const events = result['2xx'] * size;
  const row: Row = {
    what: `POST /events, ${size} a request, ${connections} connections, ${eventsPerSecond === undefined ? 'unbounded' : `${eventsPerSecond}/s`}`,
    eventsPerSecond: Math.round(events / elapsed),
    requests: result.requests.total,
    failures: result.errors + result.timeouts + result.non2xx,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuMicrosecondsPerEvent: Number(((((await cpuSeconds(url)) - before) * 1e6) / events).toFixed(1)),
  };
  process.stdout.write(`${line(row)}\n`);
  return row;
}

const line = (row: Row): string =>
  `${row.what.padEnd(60)} ${String(row.eventsPerSecond).padStart(7)} events/s  failures ${row.failures}  p50 ${row.p50Ms ?? '-'} ms  p99 ${row.p99Ms ?? '-'} ms  cpu ${row.cpuMicrosecondsPerEvent ?? '-'} µs/event`;

/** What the disk and Node's own file calls allow: the same batches, one append and one fsync each. */
async function ceiling(folder: string, size: number): Promise<Row> {
  const handle = await open(path.join(folder, 'ceiling.log'), 'a');
  const bytes = Buffer.from(batch(size));
  const times: number[] = [];
  const startedMs = performance.now();
  while (performance.now() - startedMs < Math.min(seconds, 5) * 1000) {
    const from = performance.now();
    await handle.write(bytes);
    await handle.datasync();
    times.push(performance.now() - from);
  }
  const elapsed = (performance.now() - startedMs) / 1000;
  await handle.close();
  times.sort((a, b) => a - b);
  const at = (share: number): number => Number((times[Math.floor(times.length * share)] as number).toFixed(2));
  const row: Row = {
    what: `append and fsync, ${size} a write, one after the other`,
    eventsPerSecond: Math.round((times.length * size) / elapsed),
    requests: times.length,
    failures: 0,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuMicrosecondsPerEvent: null,
  };
  process.stdout.write(`${line(row)}\n`);
  return row;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-events-'));
  const rows: Row[] = [];
  const notes: string[] = [];
  try {
    const bundle = path.join(folder, 'bundle');
    await writeBundle(bundle, sampleContents({ users: 10_000, items: 5000, dimensions: 64, hidden: [64, 32] }));
    const events = path.join(folder, 'events');
    const server = await startServerChild(entryOf('server'), bundle, events);
    try {
      await load(server.url, { size: 100, connections: 4 });
      for (const size of [100, 1]) rows.push(await ceiling(folder, size));
      rows.push(await load(server.url, { size: 100, connections: 16 }));
      rows.push(await load(server.url, { size: 100, connections: 16, eventsPerSecond: 20_000 }));
      rows.push(await load(server.url, { size: 1, connections: 16 }));
    } finally {
      await server.stop();
    }
    const startedMs = performance.now();
    const again = await startServerChild(entryOf('server'), bundle, events);
    notes.push(
      `Started again over the ${last.toLocaleString('en')} events of this run in ${((performance.now() - startedMs) / 1000).toFixed(1)} s.`,
    );
    await again.stop();
    notes.push(benchIdMemory());
    notes.push(...(await benchUploads(folder, uploadRows)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  for (const note of notes) process.stdout.write(`${note}\n`);
  await report(rows, notes);
}

async function report(rows: Row[], notes: string[]): Promise<void> {
  const machine = { cpus: os.cpus().length, cpu: os.cpus()[0]?.model, node: process.versions.node, loadAverage: os.loadavg() };
  const results = process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results');
  await mkdir(results, { recursive: true });
  await writeFile(path.join(results, 'events.json'), `${JSON.stringify({ machine, seconds, rows, notes }, null, 2)}\n`);
  const text = [
    '# Events and uploads',
    '',
    `Each 202 after an fsync; client on the same ${machine.cpus} cores. ${machine.cpu}, Node ${machine.node}, load average ${machine.loadAverage.map((value) => value.toFixed(1)).join(' ')} at the end.`,
    '',
    '| what | events/s | requests | failures | p50 ms | p99 ms | server CPU µs/event |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${row.what} | ${row.eventsPerSecond} | ${row.requests} | ${row.failures} | ${row.p50Ms ?? ''} | ${row.p99Ms ?? ''} | ${row.cpuMicrosecondsPerEvent ?? ''} |`,
    ),
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ];
  await writeFile(path.join(results, 'events.md'), text.join('\n'));
  process.stdout.write(`Written to ${path.join(results, 'events.md')}\n`);
}

void main();

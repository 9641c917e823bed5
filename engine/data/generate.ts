import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { GenerateInput, GenerateResult } from '#contract/data';
import { syncFolder, writeDurable } from '../files/atomic.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { csvSink, type EventSink, parquetSink } from './event-sink.ts';
import { unreadable } from './file-head.ts';
import { type Consumption, type GeneratedEvent, playSessions } from './generated-events.ts';
import { type OracleVectors, oracleMetrics } from './generated-oracle.ts';
import { presets } from './generated-presets.ts';
import { planSessions } from './generated-sessions.ts';
import { describeItem, describeUser, itemHeader, namer, userHeader } from './generated-tables.ts';
import { createWorld, vectorsAt, type World } from './generated-world.ts';
import { TextFile } from './text-file.ts';

/** What may be left out: a plain preset, CSV. */
export type GenerateRequest = Omit<GenerateInput, 'preset' | 'format'> & Partial<Pick<GenerateInput, 'preset' | 'format'>>;

/** The default protocol: one cut in time, after four fifths of the interactions. */
const testShare = 0.2;
/** The middle of the test time, as share of the whole. */
const testTime = 0.9;
const ks = [10, 20];
const reportEvery = 50_000;
/** Of more events a session chooses from fewer items: what it costs goes by that. */
const manyEvents = 10_000_000;
const smallPool = 128;

/**
 * Writes sample data that is drawn from a known preference model, and the best metrics that a model can reach on it. The same sizes and seed
 * give the same bytes. Memory grows with users, items and events by 4 bytes an event; events themselves are written as they come.
 */
export async function generate(given: GenerateRequest, ctx: WorkContext): Promise<GenerateResult> {
  const started = performance.now();
  const input: GenerateInput = { preset: 'plain', format: 'csv', ...given };
  const { out, users, items, events, seed, format } = input;
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw unreadable(out, error);
  });
  const staging = path.join(out, `.generated.${process.pid}.tmp`);
  try {
    await mkdir(staging);
    const at = (name: string): string => path.join(staging, name);
    await ctx.checkpoint({ phase: 'Drawing users and items', done: 0, total: events, unit: 'events' });
    const preset = presets[input.preset];
    const world = createWorld(users, items, seed, preset);
    const plan = planSessions(users, events, seed, preset.sessionEvents);
    const consumed: Consumption = { offsets: startsOf(plan.events), counts: new Int32Array(users), items: new Int32Array(events) };
    await writeTables(world, at);
    const sink = format === 'parquet' ? await parquetSink(staging, world, events) : await csvSink(at('interactions.csv'), world, events);
    const played = playSessions(world, plan, seed, consumed, events > manyEvents ? smallPool : undefined);
    const known = await writeEvents(sink, world, played, consumed, events, ctx);
    await ctx.checkpoint({ phase: 'Measuring the oracle', done: events, total: events, unit: 'events' });
    const vectors = vectorsAt(world, testTime);
    const oracle = oracleMetrics(vectors, { ...consumed, known }, ks);
    await writeVectors(at('oracle-users.csv'), vectors.users, vectors.dimensions, namer('u', users));
    await writeVectors(at('oracle-items.csv'), vectors.items, vectors.dimensions, namer('i', items));
    await writeDurable(at('oracle.json'), `${JSON.stringify(describeOracle(input, vectors, oracle), null, 2)}\n`);
    const files = (await readdir(staging)).sort(byKind);
    // What an earlier call wrote in another number of parts would be imported with these.
    for (const name of await readdir(out)) if (/^interactions(-\d+)?\.(csv|parquet)$/.test(name)) await rm(path.join(out, name));
    for (const name of files) await rename(at(name), path.join(out, name));
    await syncFolder(out);
    return { out, users, items, events, seed, files, oracle: oracle.metrics, seconds: (performance.now() - started) / 1000 };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const kinds = ['interactions', 'users', 'items', 'oracle-users', 'oracle-items', 'oracle.json'];
const byKind = (a: string, b: string): number => {
  const place = (name: string): number => kinds.findIndex((kind) => name.startsWith(kind));
  return place(a) - place(b) || (a < b ? -1 : 1);
};

/** Where each user's part of an array begins. */
function startsOf(counts: Int32Array): Float64Array {
  const offsets = new Float64Array(counts.length);
  for (let u = 1; u < counts.length; u++) offsets[u] = (offsets[u - 1] as number) + (counts[u - 1] as number);
  return offsets;
}

async function writeTables(world: World, staging: (name: string) => string): Promise<void> {
  const userId = namer('u', world.users);
  const itemId = namer('i', world.items);
  await writeLines(staging('users.csv'), userHeader, world.users, (u) => describeUser(world, u, userId(u)));
  await writeLines(staging('items.csv'), itemHeader, world.items, (i) => describeItem(world, i, itemId(i)));
}

async function writeVectors(file: string, values: Float32Array, dimensions: number, id: (row: number) => string): Promise<void> {
  // Nine digits bring a 32-bit number back to the last bit.
  const text = (row: number): string =>
    Array.from(values.subarray(row * dimensions, (row + 1) * dimensions), (value) => Number(value.toPrecision(9))).join(' ');
  await writeLines(file, 'id,vector', values.length / dimensions, (row) => `${id(row)},${text(row)}`);
}

async function writeLines(file: string, header: string, count: number, line: (row: number) => string): Promise<void> {
  const writer = await TextFile.create(file);
  try {
    writer.line(header);
    for (let row = 0; row < count; row++) if (writer.line(line(row))) await writer.flush();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  await writer.close();
}

/** Writes the events; gives how many items each user had met before the cut. */
async function writeEvents(
  sink: EventSink,
  world: World,
  played: Iterable<GeneratedEvent>,
  consumed: Consumption,
  events: number,
  ctx: WorkContext,
): Promise<Int32Array> {
  const started = performance.now();
  const cut = Math.round(events * (1 - testShare));
  const known = new Int32Array(world.users);
  try {
    let written = 0;
    for (const event of played) {
      if (written < cut) markKnown(consumed, known, event);
      const full = sink.add(written, event);
      written++;
      if (full) await sink.flush();
      if (written % reportEvery === 0) {
        const rate = written / ((performance.now() - started) / 1000);
        await ctx.checkpoint({ phase: 'Drawing and writing events', done: written, total: events, unit: 'events', rate });
      }
    }
  } catch (error) {
    await sink.abandon();
    throw error;
  }
  await sink.close();
  return known;
}

/**
 * Moves an item to the known front of the user's list. A session is played whole when it starts, so that the list runs ahead of the events
 * that were told.
 */
function markKnown({ offsets, counts, items }: Consumption, known: Int32Array, { user, item }: GeneratedEvent): void {
  const first = offsets[user] as number;
  const front = first + (known[user] as number);
  const at = items.subarray(front, first + (counts[user] as number)).indexOf(item);
  if (at < 0) return;
  items[front + at] = items[front] as number;
  items[front] = item;
  known[user] = (known[user] as number) + 1;
}

function describeOracle(input: GenerateInput, vectors: OracleVectors, oracle: { metrics: Record<string, number>; users: number }): unknown {
  const { users, items, events, seed, preset } = input;
  return {
    format: 'recsmith-oracle',
    generated: { users, items, events, seed, ...(preset === 'plain' ? {} : { preset }) },
    dimensions: vectors.dimensions,
    score: 'dot product of the vectors of oracle-users.csv and oracle-items.csv; the last dimension is the popularity of the item',
    protocol: {
      split: 'temporal',
      testShare,
      candidates: 'the whole catalogue without the items that the user met in training',
      relevance: 'binary: every item that the user first met in the test time',
      users: oracle.users,
      vectorsAt: testTime,
    },
    metrics: oracle.metrics,
  };
}

import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { GenerateInput, GenerateResult } from '#contract/data';
import { syncFolder, writeDurable } from '../files/atomic.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { unreadable } from './file-head.ts';
import { eventTypes } from './generated-catalogue.ts';
import { type Consumption, type GeneratedEvent, playSessions } from './generated-events.ts';
import { type OracleVectors, oracleMetrics } from './generated-oracle.ts';
import { planSessions } from './generated-sessions.ts';
import { describeItem, describeUser, itemHeader, namer, userHeader } from './generated-tables.ts';
import { createWorld, vectorsAt, type World } from './generated-world.ts';
import { TextFile } from './text-file.ts';

const files = ['interactions.csv', 'users.csv', 'items.csv', 'oracle-users.csv', 'oracle-items.csv', 'oracle.json'] as const;
type FileName = (typeof files)[number];

/** The default protocol: one cut in time, after four fifths of the interactions. */
const testShare = 0.2;
/** The middle of the test time, as share of the whole. */
const testTime = 0.9;
const ks = [10, 20];
const reportEvery = 50_000;

/**
 * Writes sample data that is drawn from a known preference model, and the best metrics that a model can reach on it. The same sizes and seed
 * give the same bytes. Memory grows with users, items and events by 4 bytes an event; events themselves are written as they come.
 */
export async function generate(input: GenerateInput, ctx: WorkContext): Promise<GenerateResult> {
  const started = performance.now();
  const { out, users, items, events, seed } = input;
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw unreadable(out, error);
  });
  const target = (name: FileName): string => path.join(out, name);
  const staging = (name: FileName): string => `${target(name)}.${process.pid}.tmp`;
  try {
    await ctx.checkpoint({ phase: 'Drawing users and items', done: 0, total: events, unit: 'events' });
    const world = createWorld(users, items, seed);
    const plan = planSessions(users, events, seed);
    const consumed: Consumption = { offsets: startsOf(plan.events), counts: new Int32Array(users), items: new Int32Array(events) };
    await writeTables(world, staging);
    const known = await writeEvents(staging('interactions.csv'), world, playSessions(world, plan, seed, consumed), consumed, events, ctx);
    await ctx.checkpoint({ phase: 'Measuring the oracle', done: events, total: events, unit: 'events' });
    const vectors = vectorsAt(world, testTime);
    const oracle = oracleMetrics(vectors, { ...consumed, known }, ks);
    await writeVectors(staging('oracle-users.csv'), vectors.users, vectors.dimensions, namer('u', users));
    await writeVectors(staging('oracle-items.csv'), vectors.items, vectors.dimensions, namer('i', items));
    await writeDurable(staging('oracle.json'), `${JSON.stringify(describeOracle(input, vectors, oracle), null, 2)}\n`);
    for (const name of files) await rename(staging(name), target(name));
    await syncFolder(out);
    return { out, users, items, events, seed, files: [...files], oracle: oracle.metrics, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    for (const name of files) await rm(staging(name), { force: true });
    throw error;
  }
}

/** Where each user's part of an array begins. */
function startsOf(counts: Int32Array): Float64Array {
  const offsets = new Float64Array(counts.length);
  for (let u = 1; u < counts.length; u++) offsets[u] = (offsets[u - 1] as number) + (counts[u - 1] as number);
  return offsets;
}

async function writeTables(world: World, staging: (name: FileName) => string): Promise<void> {
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
  file: string,
  world: World,
  played: Iterable<GeneratedEvent>,
  consumed: Consumption,
  events: number,
  ctx: WorkContext,
): Promise<Int32Array> {
  const started = performance.now();
  const cut = Math.round(events * (1 - testShare));
  const known = new Int32Array(world.users);
  const userId = namer('u', world.users);
  const itemId = namer('i', world.items);
  const eventId = namer('e', events);
  const writer = await TextFile.create(file);
  try {
    writer.line('event_id,user_id,item_id,event_type,value,timestamp,session_id');
    let written = 0;
    for (const event of played) {
      if (written < cut) markKnown(consumed, known, event);
      const value = event.seen < 0 ? '' : (event.seen / 100).toFixed(2);
      const time = new Date(event.timestampMs).toISOString();
      const full = writer.line(
        `${eventId(written)},${userId(event.user)},${itemId(event.item)},${eventTypes[event.type]},${value},${time},s${event.session + 1}`,
      );
      written++;
      if (full) await writer.flush();
      if (written % reportEvery === 0) {
        await ctx.checkpoint({
          phase: 'Drawing and writing events',
          done: written,
          total: events,
          unit: 'events',
          rate: written / ((performance.now() - started) / 1000),
        });
      }
    }
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  await writer.close();
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
  const { users, items, events, seed } = input;
  return {
    format: 'recsmith-oracle',
    generated: { users, items, events, seed },
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

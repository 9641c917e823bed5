import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type ServerChild, startServerChild } from '../../bench/support/server-child.ts';
import { writeBundle } from '../../engine/bundles/write-bundle.ts';
import { openDatabase } from '../../engine/data/database.ts';
import { ingestEventLog } from '../../engine/data/event-log.ts';
import { sampleContents } from './bundles/sample-contents.ts';

const entry = path.resolve(__dirname, '..', '..', 'dist', 'engine', 'server.cjs');
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A request of a client: sent again, as it was, until it is acknowledged. */
interface Sent {
  ids: string[];
  key: string | null;
  body: string;
}

const perRequest = 5;
const perSecond = 500;
const kills = 20;

function requestOf(number: number): Sent {
  const ids = Array.from({ length: perRequest }, (_, i) => `r${number}:${i}`);
  // Every other one leaves the ids to its key.
  const key = number % 2 === 0 ? `r${number}` : null;
  const events = ids.map((event_id, i) => ({ ...(key ? {} : { event_id }), user_id: `u${number % 50}`, item_id: `i${i}` }));
  return { ids, key, body: JSON.stringify(events) };
}

async function eventsIn(folder: string): Promise<string[]> {
  const stored: string[] = [];
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.log'))) {
    const lines = (await readFile(path.join(folder, name), 'utf8')).split('\n').slice(0, -1);
    stored.push(...lines.map((line) => (JSON.parse(line) as { event_id: string }).event_id));
  }
  return stored;
}

test('20 kills with SIGKILL while 500 events a second arrive: each is stored once, none is lost', {
  timeout: 180_000,
}, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'kills-'));
  const bundle = path.join(folder, 'bundle');
  const events = path.join(folder, 'events');
  await writeBundle(bundle, sampleContents());
  let server: ServerChild | null = null;
  const acknowledged = new Set<string>();
  const wrong: string[] = [];
  let sent = 0;
  let arriving = true;

  /** Repeats until the server says 202, whichever server that is by then. */
  const deliver = async ({ ids, key, body }: Sent): Promise<void> => {
    for (let waitMs = 20; ; waitMs = Math.min(waitMs * 2, 200)) {
      const answer = server
        ? await fetch(`${server.url}/events`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) },
            body,
          })
            .then(async (response) => ({ status: response.status, text: await response.text() }))
            .catch(() => null)
        : null;
      if (answer?.status === 202) return void ids.forEach((id) => void acknowledged.add(id));
      if (answer && answer.status !== 503) return void wrong.push(`${answer.status} ${answer.text}`);
      await pause(waitMs);
    }
  };

  const deliveries: Promise<void>[] = [];
  const arrivals = async (): Promise<void> => {
    const startedMs = performance.now();
    while (arriving) {
      const due = ((performance.now() - startedMs) / 1000) * (perSecond / perRequest);
      while (sent < due) deliveries.push(deliver(requestOf(sent++)));
      await pause(10);
    }
  };

  try {
    server = await startServerChild(entry, bundle, events);
    const arrived = arrivals();
    for (let kill = 0; kill < kills; kill++) {
      await pause(150 + Math.random() * 350);
      const { pid } = server as ServerChild;
      server = null;
      process.kill(pid, 'SIGKILL');
      server = await startServerChild(entry, bundle, events);
    }
    arriving = false;
    await arrived;
    await Promise.all(deliveries);
    // All of them once more, to a server that has only the log to know them by.
    const { stop } = server as ServerChild;
    server = null;
    await stop();
    server = await startServerChild(entry, bundle, events);
    await Promise.all(Array.from({ length: sent }, (_, number) => deliver(requestOf(number))));
  } finally {
    arriving = false;
    await (server as ServerChild | null)?.stop();
  }

  const all = Array.from({ length: sent }, (_, number) => requestOf(number).ids).flat();
  expect(wrong).toEqual([]);
  expect(acknowledged.size).toBe(all.length);
  const stored = await eventsIn(events);
  expect(stored).toHaveLength(new Set(stored).size);
  expect(stored.sort()).toEqual(all.sort());
  const database = await openDatabase(path.join(folder, 'data.duckdb'));
  expect(await ingestEventLog(database, events)).toEqual({ accepted: all.length, duplicates: 0, rejected: 0 });
  await database.close();
  await rm(folder, { recursive: true });
});

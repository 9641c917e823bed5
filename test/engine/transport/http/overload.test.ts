import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openServerAuth } from '../../../../engine/serving/auth/server-auth.ts';
import type { DoorLimits, OpenDoor } from '../../../../engine/serving/door.ts';
import { createRouteHandlers } from '../../../../engine/serving/handlers/route-handlers.ts';
import { openGate } from '../../../../engine/serving/open-gate.ts';
import { openHttpDoor } from '../../../../engine/transport/http/door.ts';
import { openTestServer, type TestServer } from './open-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

/** Another door to the same service, with limits that a test reaches. */
async function withDoor(limits: Partial<DoorLimits>, work: (door: OpenDoor, told: Map<string, number>) => Promise<void>): Promise<void> {
  const told = new Map<string, number>();
  const door = await openHttpDoor({
    host: '127.0.0.1',
    port: 0,
    handlers: createRouteHandlers({
      service: server.service,
      version: '0',
      callEngine: null,
      auth: await openServerAuth({ securityFolder: null, auth: false, host: '127.0.0.1' }),
    }),
    gate: openGate,
    uploadFolder: null,
    watched: () => false,
    onAnswer: ({ route }) => told.set(route, (told.get(route) ?? 0) + 1),
    limits,
  });
  try {
    await work(door, told);
  } finally {
    await door.close(500);
  }
}

interface Wire {
  socket: Socket;
  /** All that came so far, and all that comes until the connection closes. */
  text(): string;
  closed: Promise<string>;
  /** Resolves once the text holds what is looked for. */
  has(what: RegExp): Promise<string>;
}

function wire(port: number): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const closed = new Promise<string>((done) => socket.on('close', () => done(text)));
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('connect', () =>
      resolve({
        socket,
        text: () => text,
        closed,
        async has(what) {
          for (let left = 200; left > 0 && !what.test(text); left--) await new Promise((done) => setTimeout(done, 10));
          expect(text).toMatch(what);
          return text;
        },
      }),
    );
  });
}

const get = (port: number, target: string): string => `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
const statuses = (text: string): number[] => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => Number(match[1]));

test('more requests than can be answered in time: the excess gets 503 with Retry-After, health does not, and then all is as before', async () => {
  await withDoor({ behindMs: 1 }, async (door, told) => {
    const client = await wire(door.port);
    const many = 2000;
    client.socket.write(get(door.port, '/recommend/u3').repeat(many) + get(door.port, '/health'));
    await client.has(/"uptime_seconds"/);
    const text = client.text();
    const got = statuses(text);
    expect(got).toHaveLength(many + 1);
    const shed = got.filter((status) => status === 503).length;
    expect(shed).toBeGreaterThan(0);
    // A line of 32 is never refused.
    expect(got.filter((status) => status === 200).length).toBeGreaterThanOrEqual(33);
    expect(got.at(-1)).toBe(200);
    expect(text.match(/retry-after: 1/g)).toHaveLength(shed);
    expect(told.get('shed')).toBe(shed);
    client.socket.write(get(door.port, '/recommend/u3'));
    await client.has(/"uptime_seconds"[\s\S]*HTTP\/1\.1 200/);
    client.socket.destroy();
  });
});

test('connections above the limit are answered 503 and closed; those that were there go on', async () => {
  await withDoor({ connections: 3 }, async (door) => {
    const clients = await Promise.all([1, 2, 3].map(() => wire(door.port)));
    for (const client of clients) {
      client.socket.write(get(door.port, '/health'));
      await client.has(/200 OK/);
    }
    const extra = await wire(door.port);
    extra.socket.write(get(door.port, '/recommend/u3'));
    const refused = await extra.closed;
    expect(refused).toMatch(/^HTTP\/1\.1 503[\s\S]*retry-after: 1[\s\S]*connection: close[\s\S]*More than 3 connections are open/i);
    const watcher = await wire(door.port);
    watcher.socket.write(get(door.port, '/health'));
    expect(await watcher.closed).toMatch(/^HTTP\/1\.1 200/);
    clients[0]?.socket.write(get(door.port, '/recommend/u3'));
    await clients[0]?.has(/"ranker"/);
    clients[1]?.socket.destroy();
    await new Promise((done) => setTimeout(done, 50));
    const next = await wire(door.port);
    next.socket.write(get(door.port, '/recommend/u3'));
    await next.has(/"ranker"/);
    for (const { socket } of [...clients, next]) socket.destroy();
  });
});

const smallEvent = JSON.stringify({ user_id: 'u3', item_id: 'i3' });
const postHead = (port: number, length: string, target = '/events'): string =>
  `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;
const post = (port: number, body: string): string => `${postHead(port, `Content-Length: ${body.length}`)}${body}`;

test('what is only announced takes no room: silent clients keep nobody from sending, and are let go', async () => {
  await withDoor({ bodyIdleMs: 500 }, async (door) => {
    const silent = await Promise.all(Array.from({ length: 80 }, () => wire(door.port)));
    for (const [at, { socket }] of silent.entries())
      socket.write(
        postHead(door.port, at % 2 ? 'Transfer-Encoding: chunked' : 'Content-Length: 4194304', at % 4 < 2 ? '/events' : '/auth/token'),
      );
    await new Promise((done) => setTimeout(done, 50));
    const client = await wire(door.port);
    client.socket.write(post(door.port, smallEvent));
    await client.has(/HTTP\/1\.1 202/);
    client.socket.destroy();
    for (const [at, { closed }] of silent.entries()) {
      // A length above the limit of /auth is refused at once.
      expect(await closed).toMatch(at % 4 === 2 ? /^HTTP\/1\.1 413/ : /^HTTP\/1\.1 408[\s\S]*Nothing of the body came for 0\.5 s/);
    }
  });
});

test('large bodies for which there is no room are refused, small ones and lists are not, and room comes back with each answer', async () => {
  await withDoor({ bodyBytes: 120_000 }, async (door) => {
    const large = smallEvent + ' '.repeat(70_000);
    const [one, two, three, small, list, gone] = await Promise.all([1, 2, 3, 4, 5, 6].map(() => wire(door.port)));
    if (!one || !two || !three || !small || !list || !gone) throw new Error('no wires');
    const most = post(door.port, large).slice(0, -5000);
    for (const client of [one, two, gone]) {
      client.socket.write(most);
      if (client === two) await new Promise((done) => setTimeout(done, 100));
    }
    expect(await gone.closed).toMatch(/^HTTP\/1\.1 503[\s\S]*retry-after: 1[\s\S]*Many large bodies/);
    small.socket.write(post(door.port, smallEvent));
    await small.has(/HTTP\/1\.1 202/);
    list.socket.write(get(door.port, '/recommend/u3'));
    await list.has(/HTTP\/1\.1 200/);
    for (const client of [one, two]) {
      client.socket.write(large.slice(-5000));
      await client.has(/HTTP\/1\.1 202/);
    }
    for (let left = 5; left > 0; left--) {
      const length = three.text().length;
      three.socket.write(post(door.port, large));
      while (three.text().length === length) await new Promise((done) => setTimeout(done, 5));
    }
    expect(statuses(three.text())).toEqual([202, 202, 202, 202, 202]);
    // One that goes away in the middle gives its room back, too.
    one.socket.write(most);
    await new Promise((done) => setTimeout(done, 50));
    one.socket.destroy();
    await new Promise((done) => setTimeout(done, 50));
    const [next, last] = await Promise.all([wire(door.port), wire(door.port)]);
    for (const client of [next, last]) client.socket.write(post(door.port, large));
    for (const client of [next, last]) await client.has(/HTTP\/1\.1 202/);
    for (const { socket } of [two, three, small, list, next, last]) socket.destroy();
  });
});

test('a door that closes answers what is under way, tells the next request to go, and is shut soon after', async () => {
  await withDoor({}, async (door) => {
    const [busy, idle] = [await wire(door.port), await wire(door.port)];
    for (const client of [busy, idle]) {
      client.socket.write(get(door.port, '/health'));
      await client.has(/uptime_seconds/);
    }
    const body = JSON.stringify({ user_id: 'u3' });
    busy.socket.write(
      `POST /suggest HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    await new Promise((done) => setTimeout(done, 50));
    const closed = door.close(5000);
    idle.socket.write(get(door.port, '/recommend/u3'));
    expect(await idle.closed).toMatch(/HTTP\/1\.1 503[\s\S]*connection: close[\s\S]*The server is stopping/i);
    busy.socket.write(body);
    const began = performance.now();
    // Answered after the stop began, whatever that answer is.
    expect(statuses(await busy.closed)).toHaveLength(2);
    await closed;
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

test('clients that send slowly are let go in time, and others are answered meanwhile', async () => {
  await withDoor({ headersMs: 400, requestMs: 800 }, async (door) => {
    const began = performance.now();
    const slowHeaders = await Promise.all(Array.from({ length: 100 }, () => wire(door.port)));
    const slowBodies = await Promise.all(Array.from({ length: 100 }, () => wire(door.port)));
    const silent = await Promise.all(Array.from({ length: 100 }, () => wire(door.port)));
    const all = [...slowHeaders, ...slowBodies, ...silent];
    for (const { socket } of all) socket.on('error', () => undefined);
    for (const { socket } of slowHeaders) socket.write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\n`);
    for (const { socket } of slowBodies)
      socket.write(
        `POST /events HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[`,
      );
    const drip = setInterval(() => {
      for (const { socket } of slowHeaders) if (!socket.destroyed) socket.write('X-A: b\r\n');
      for (const { socket } of slowBodies) if (!socket.destroyed) socket.write(' ');
    }, 50);
    const latencies: number[] = [];
    let open = all.length;
    for (const { closed } of all) void closed.then(() => open--);
    const client = await wire(door.port);
    while (open > 0 && performance.now() - began < 10_000) {
      const sent = performance.now();
      const before = client.text().length;
      client.socket.write(get(door.port, '/recommend/u3?k=1'));
      while (client.text().length === before) await new Promise((done) => setTimeout(done, 1));
      latencies.push(performance.now() - sent);
      await new Promise((done) => setTimeout(done, 5));
    }
    clearInterval(drip);
    expect(open).toBe(0);
    expect(performance.now() - began).toBeLessThan(4000);
    latencies.sort((a, b) => a - b);
    expect(latencies.length).toBeGreaterThan(20);
    expect(latencies[Math.floor(0.99 * latencies.length)]).toBeLessThan(200);
    const texts = await Promise.all(all.map(({ closed }) => closed));
    // Told why, or shut where nothing was ever sent.
    expect(texts.slice(0, 200).every((text) => /^HTTP\/1\.1 408/.test(text))).toBe(true);
    client.socket.destroy();
  });
});

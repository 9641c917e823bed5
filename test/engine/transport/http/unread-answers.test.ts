import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createSender, type Sent } from '../../../../engine/transport/http/send.ts';
import { openTestServer, type TestServer } from './open-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ items: 120, limits: { writeMs: 600, answerBytes: 2_000_000 } });
});
afterAll(() => server.close());
afterEach(() => vi.restoreAllMocks());

// More than the system keeps for a client that reads nothing.
const largeBatch = JSON.stringify({ user_ids: Array.from({ length: 1000 }, (_, i) => `${'u'.repeat(900)}${i}`), k: 100 });

function client(text: string): { socket: Socket; closed: Promise<void> } {
  const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
  socket.on('error', () => undefined);
  return { socket, closed: new Promise((resolve) => socket.once('close', () => resolve())) };
}

const batchOf = (accept: string): string =>
  `POST /recommend/batch HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Type: application/json\r\nAccept: ${accept}\r\nContent-Length: ${largeBatch.length}\r\n\r\n${largeBatch}`;

/** Waits until something was told of a batch. */
async function toldOfBatch(): Promise<number> {
  for (let left = 600; left > 0; left--) {
    const told = server.answered.find(({ route }) => route === 'recommendBatch');
    if (told) return told.status;
    await pause(10);
  }
  return 0;
}

test.each(['application/json', 'application/x-ndjson'])(
  'no more of a batch in %s is made than its client takes, which is let go',
  async (accept) => {
    server.answered.length = 0;
    const make = vi.spyOn(server.service.lists, 'make');
    const { socket } = client(batchOf(accept));
    socket.pause();
    expect(await toldOfBatch()).toBe(499);
    const made = make.mock.calls.length;
    expect(made).toBeGreaterThan(1);
    expect(made).toBeLessThan(1000);
    await pause(100);
    expect(make).toHaveBeenCalledTimes(made);
    expect((await server.ask('/recommend/u1?k=5')).status).toBe(200);
    socket.destroy();
  },
);

test('nothing more is made for a client that has gone', async () => {
  server.answered.length = 0;
  const make = vi.spyOn(server.service.lists, 'make');
  const { socket } = client(batchOf('application/json'));
  socket.once('data', () => socket.destroy());
  expect(await toldOfBatch()).toBe(499);
  expect(make.mock.calls.length).toBeLessThan(1000);
});

test('who takes a little for ever is let go, too', async () => {
  const sender = createSender({ writeMs: 5000, answerMs: 500, answerBytes: 1 });
  let ended: () => void = () => undefined;
  const dropped = new Promise<void>((resolve) => {
    ended = resolve;
  });
  let sent: Promise<Sent> | undefined;
  function* endless(): Generator<string> {
    try {
      for (;;) yield 'x'.repeat(1000);
    } finally {
      ended();
    }
  }
  const http = createServer((_request, response) => {
    sent = sender.parts(response, { status: 200, headers: {}, body: endless() });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const answer = await fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
  await expect(answer.text()).rejects.toThrow();
  expect((await sent)?.whole).toBe(false);
  await dropped;
  await new Promise((resolve) => http.close(resolve));
});

test('who takes all of it, if slowly, gets all of it', async () => {
  server.answered.length = 0;
  const { socket } = client(batchOf('application/json').replace('\r\n', '\r\nConnection: close\r\n'));
  let text = '';
  for await (const chunk of socket) {
    text += chunk;
    if (text.length % 7 === 0) await pause(1);
  }
  const body = text.slice(text.indexOf('\r\n\r\n') + 4).replace(/(?:^|\r\n)[0-9a-f]+\r\n/g, '');
  expect(JSON.parse(body).lists).toHaveLength(1000);
  expect(await toldOfBatch()).toBe(200);
});

test('a batch that nobody takes keeps a bundle that is no longer served only until its client is let go', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const own = await openTestServer({ items: 120, limits: { writeMs: 600 } });
  const socket = connect(own.port, '127.0.0.1');
  try {
    const old = new WeakRef(own.service.current());
    socket.pause();
    socket.write(batchOf('application/x-ndjson').replace(`:${server.port}`, `:${own.port}`));
    await pause(200);
    await own.service.swap(await own.pack({ items: 120, version: 'v2' }));
    for (let left = 400; left > 0 && old.deref(); left--) {
      await pause(20);
      collect();
    }
    expect(own.answered.map(({ route, status }) => [route, status])).toEqual([['recommendBatch', 499]]);
    expect(old.deref()).toBeUndefined();
  } finally {
    socket.destroy();
    await own.close();
  }
});

test('large answers that nobody takes are held up to a limit; above it a large answer is a 503, and all is well once they are taken', async () => {
  const page = '/docs/swagger-ui-bundle.js';
  const { socket } = client(`GET ${page} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`.repeat(12));
  socket.pause();
  await pause(200);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.resume();
  while (text.split('HTTP/1.1 ').length < 13) await pause(20);
  expect(text).toContain('HTTP/1.1 200');
  expect(text).toContain('HTTP/1.1 503');
  expect(text).toContain('Many large answers wait');
  socket.destroy();
  expect((await server.ask(page)).status).toBe(200);
});

import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestServer, type TestServer } from './open-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ limits: { headersMs: 400, requestMs: 800 } });
});
afterAll(() => server.close());

/** A client that sends a little every 50 ms for ever; says when it was closed, and with what. */
function slow(first: string, drip: string): { closed: Promise<{ afterMs: number; answer: string }>; socket: Socket } {
  const begun = performance.now();
  let dripping: NodeJS.Timeout | undefined;
  const socket = connect(server.port, '127.0.0.1', () => {
    socket.write(first);
    dripping = setInterval(() => socket.write(drip), 50);
  });
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<{ afterMs: number; answer: string }>((resolve) => {
    socket.on('close', () => {
      clearInterval(dripping);
      resolve({ afterMs: performance.now() - begun, answer });
    });
  });
  return { closed, socket };
}

const host = () => `Host: 127.0.0.1:${server.port}\r\n`;

test('200 clients whose headers or bodies never end are let go in time, and nobody waits behind them', async () => {
  const headers = Array.from({ length: 100 }, () => slow(`GET /health HTTP/1.1\r\n${host()}`, 'X-Slow: 1\r\n'));
  const bodies = Array.from({ length: 100 }, () =>
    slow(`POST /events HTTP/1.1\r\n${host()}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n[`, ' '),
  );
  let answered = 0;
  let slowest = 0;
  const all = Promise.all([...headers, ...bodies].map(({ closed }) => closed));
  let open = true;
  void all.then(() => {
    open = false;
  });
  while (open) {
    const asked = performance.now();
    expect((await server.ask('/recommend/u1?k=5')).status).toBe(200);
    slowest = Math.max(slowest, performance.now() - asked);
    answered += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const ends = await all;
  expect(Math.max(...ends.slice(0, 100).map(({ afterMs }) => afterMs))).toBeLessThan(3000);
  expect(Math.max(...ends.map(({ afterMs }) => afterMs))).toBeLessThan(4000);
  for (const { answer } of ends) expect(answer).toMatch(/^$|^HTTP\/1\.1 (408|503)/);
  expect(answered).toBeGreaterThan(20);
  // Who waits behind a slow client waits until it is let go.
  expect(slowest).toBeLessThan(800);
});

test('a client that takes its answer slowly holds up nobody', async () => {
  const { socket, closed } = slow(`GET /docs/swagger-ui-bundle.js HTTP/1.1\r\n${host()}\r\n`, '');
  socket.pause();
  expect((await server.ask('/recommend/u1?k=5')).status).toBe(200);
  socket.destroy();
  await closed;
});

test('a body that comes too slowly, or whose client goes, is told as such and not as an error of the server', async () => {
  const begun = `POST /events HTTP/1.1\r\n${host()}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n[`;
  server.answered.length = 0;
  const { closed } = slow(begun, ' ');
  expect((await closed).answer).toMatch(/^HTTP\/1\.1 408/);
  const leaving = slow(begun, ' ');
  setTimeout(() => leaving.socket.destroy(), 100);
  await leaving.closed;
  const told = () => server.answered.filter(({ route }) => route === 'events').map(({ status }) => status);
  for (let left = 200; left > 0 && told().length < 2; left--) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(told()).toEqual([408, 499]);
});

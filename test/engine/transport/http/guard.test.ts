import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '#contract/api/route';
import { routes } from '#contract/routes';
import { openTestServer, type TestServer } from './open-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const rows = Object.values<Route>(routes);
const known = [...rows.map((row) => row.path.replace(/\{\w+\}/, 'u1')), '/docs', '/docs/swagger-ui.css', '/openapi.json'];
const targets = [...new Set([...known, '/', '/nothing', '/recommend/', '/..%2f..', '//metrics', '/health?x=1'])];
const methods = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'];
const foreignHosts = (port: number) => [
  `evil.example:${port}`,
  'evil.example',
  `127.0.0.1.evil.example:${port}`,
  `evil.example@127.0.0.1:${port}`,
  `127.0.0.1:${port + 1}`,
  '127.0.0.1',
  'localhost',
  `0.0.0.0:${port}`,
  `192.168.0.1:${port}`,
  `[::]:${port}`,
  `localhost.:${port}`,
  `xn--localhost-:${port}`,
];
const foreignOrigins = (port: number) => [
  'https://evil.example',
  'null',
  `https://127.0.0.1:${port}`,
  `http://127.0.0.1:${port + 1}`,
  'http://localhost',
  `http://localhost:${port}.evil.example`,
  '',
];
const body = JSON.stringify({ user_id: 'evil', item_id: 'i1' });
const asMethod = (method: string) =>
  method === 'POST' || method === 'PUT' || method === 'PATCH'
    ? { method, body, headers: { 'content-type': 'application/json' } }
    : { method, headers: {} };

test('every foreign Host is refused on every path and by every method, unknown ones included', async () => {
  for (const target of targets) {
    for (const method of methods) {
      await Promise.all(
        foreignHosts(server.port).map(async (host) => {
          const request = asMethod(method);
          const { status, headers } = await server.ask(target, { ...request, headers: { ...request.headers, host } });
          expect(status, `${method} ${target} with Host ${host}`).toBe(403);
          expect(headers['access-control-allow-origin']).toBeUndefined();
        }),
      );
    }
  }
});

test('every foreign Origin is refused on every path and by every method, without a CORS header', async () => {
  for (const target of targets) {
    for (const method of methods) {
      await Promise.all(
        foreignOrigins(server.port).map(async (origin) => {
          const request = asMethod(method);
          const { status, headers } = await server.ask(target, {
            ...request,
            headers: { ...request.headers, origin, 'access-control-request-method': 'POST' },
          });
          expect(status, `${method} ${target} with Origin ${origin}`).toBe(403);
          expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
        }),
      );
    }
  }
});

test('nothing of all that was stored', async () => {
  await expect(readFile(path.join(server.folder, 'events', '1.log'), 'utf8')).rejects.toThrow(/ENOENT/);
});

test('our own names are taken, and no answer allows other origins', async () => {
  for (const name of ['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST']) {
    const host = `${name}:${server.port}`;
    const { status, headers } = await server.ask('/health', { headers: { host, origin: `http://${host.toLowerCase()}` } });
    expect(status, host).toBe(200);
    expect(Object.keys(headers).filter((header) => header.startsWith('access-control'))).toEqual([]);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
    });
  }
});

describe('requests that a page causes without an Origin', () => {
  test.each([
    ['cross-site', 'no-cors', 403],
    ['same-site', 'no-cors', 403],
    ['same-site', 'cors', 403],
    ['cross-site', 'navigate', 200],
    ['same-origin', 'cors', 200],
    ['none', 'navigate', 200],
  ])('%s, %s: %i', async (site, mode, status) => {
    const answer = await server.ask('/health', { headers: { 'sec-fetch-site': site, 'sec-fetch-mode': mode } });
    expect(answer.status).toBe(status);
  });
});

/** Bytes on the wire, for what a client library would not send. */
const raw = (text: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.end(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

test.each([
  [
    'two Host headers',
    (port: number) => `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nHost: evil.example\r\n\r\n`,
    /^HTTP\/1\.1 40[03]/,
  ],
  ['an empty Host header', () => 'GET /health HTTP/1.1\r\nHost:\r\n\r\n', /^HTTP\/1\.1 40[03]/],
  ['no Host header', () => 'GET /health HTTP/1.0\r\n\r\n', /^HTTP\/1\.1 403/],
  [
    'a whole address of another server',
    (port: number) => `GET http://evil.example/health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 400/,
  ],
  ['OPTIONS *', (port: number) => `OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`, /^HTTP\/1\.1 400/],
  [
    'headers without end',
    (port: number) => `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
    /^HTTP\/1\.1 431/,
  ],
])('%s', async (_name, text, status) => {
  expect(await raw(text(server.port))).toMatch(status);
});

test.each(['//[', '//x:99999/', '/\\[', '//evil.example/recommend/u1', '/\\evil.example/metrics', '/\t/[', 'x', '*', '//'])(
  'the address %j is refused in words',
  async (target) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1\.1 400/);
    expect(text).toMatch(/Start it with one slash|no HTTP request that can be read/);
  },
);

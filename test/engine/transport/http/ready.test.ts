import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestServer, type TestServer } from './open-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const event = { user_id: 'u1', item_id: 'i1' };

test('ready says which checks hold', async () => {
  const { status, json } = await server.ask('/ready');
  expect([status, json]).toEqual([200, { ready: true, checks: { bundle: 'ok', self_check: 'ok', event_log: 'ok', running: 'ok' } }]);
});

test('where events cannot be stored it is not ready and says why, health is degraded, lists go on; then all is well again', async () => {
  // A folder where the log's file should be cannot be written to, by any user.
  const log = path.join(server.folder, 'events', '1.log');
  await mkdir(log);
  const refused = await server.post('/events', event);
  expect(refused.status).toBe(503);
  const { status, headers, json } = await server.ask('/ready');
  expect([status, headers['retry-after'], json.code]).toEqual([503, '1', 'unavailable']);
  expect(json.detail).toMatch(/^Not ready\. event_log: Events cannot be stored in .*EISDIR/);
  const health = await server.ask('/health');
  expect([health.status, health.json.status]).toEqual([200, 'degraded']);
  expect(health.json.problem).toMatch(/EISDIR/);
  // Nobody is told where on this machine.
  expect(refused.json.detail).toMatch(/^Events cannot be stored in events: /);
  expect([refused.text, JSON.stringify(json), health.text].filter((text) => text.includes(server.folder))).toEqual([]);
  expect((await server.ask('/recommend/u3')).status).toBe(200);
  await rm(log, { recursive: true });
  expect((await server.post('/events', event)).status).toBe(202);
  expect((await server.ask('/ready')).status).toBe(200);
  expect((await server.ask('/health')).json.status).toBe('ok');
});

test('a bundle that is refused leaves the server ready with the one it has', async () => {
  await expect(server.service.swap(path.join(server.folder, 'nothing'))).rejects.toThrow();
  expect((await server.ask('/ready')).status).toBe(200);
});

test('while stopping it is not ready, and health answers still', async () => {
  server.service.retire();
  const { status, json } = await server.ask('/ready');
  expect(status).toBe(503);
  expect(json.detail).toMatch(/running: The server is stopping/);
  expect((await server.ask('/health')).status).toBe(200);
});

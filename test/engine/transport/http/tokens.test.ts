import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Role } from '#contract/api/route';
import { openSecurity } from '../../../../engine/security/security.ts';
import { openTestServer, type TestServer } from './open-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ keys: true });
});
afterAll(() => server.close());
let key: { id: string; api_key: string };
const makeKey = (role: Role, rate_limit: number | null = null) =>
  server.auth.security().createKey({ name: `a ${role}`, role, rate_limit }, 'test');
beforeEach(async () => {
  key = await makeKey('viewer');
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const status = async (token: string, target = '/recommend/u1') => (await server.ask(target, { headers: bearer(token) })).status;
const tokens = async (from = key.api_key) => (await server.post('/auth/token', { api_key: from })).json;
const refresh = (token: string) => server.post('/auth/refresh', { refresh_token: token });

test('an API key gives a token of its own role, which a refresh token renews once', async () => {
  const first = await tokens();
  expect(first).toMatchObject({ token_type: 'Bearer', expires_in: 900, role: 'viewer' });
  expect(await status(first.access_token)).toBe(200);
  expect(await status(first.access_token, '/admin/keys')).toBe(403);
  expect(await status(first.refresh_token)).not.toBe(200);
  const second = await refresh(first.refresh_token);
  expect([second.status, await status(second.json.access_token)]).toEqual([200, 200]);
  expect(await status(first.access_token)).toBe(200);
});

test('a refresh token that comes twice ends all of its line, and no other', async () => {
  const [first, other] = [await tokens(), await tokens()];
  const second = (await refresh(first.refresh_token)).json;
  expect([401, 429]).toContain((await refresh(first.refresh_token)).status);
  for (const token of [first.access_token, second.access_token]) expect([401, 429]).toContain(await status(token));
  expect([401, 429]).toContain((await refresh(second.refresh_token)).status);
  expect(await status(other.access_token)).toBe(200);
  const { entries } = await server.auth.security().audit.read(1);
  expect(entries[0]).toMatchObject({ action: 'refresh', target: key.id });
});

test('of one refresh token sent 10 times at once, one is renewed at most, and then the line is at an end', async () => {
  const { refresh_token: token } = await tokens();
  const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(token)));
  const good = answers.filter((answer) => answer.status === 200);
  expect(good).toHaveLength(1);
  expect([401, 429]).toContain(await status(good[0]?.json.access_token));
});

test('revoked tokens stay so over a restart', async () => {
  const pair = await tokens();
  expect((await server.post('/auth/revoke', { refresh_token: pair.refresh_token })).json).toEqual({ revoked: true });
  expect((await server.post('/auth/revoke', { refresh_token: pair.refresh_token })).json).toEqual({ revoked: false });
  expect([401, 429]).toContain(await status(pair.access_token));
  const { line } = JSON.parse(Buffer.from(pair.access_token.split('.')[1], 'base64url').toString());
  const { lines } = openSecurity(path.join(server.folder, 'security'));
  expect(lines.alive(line)).toBe(false);
});

test('a key that another process revokes is refused within a second, with its tokens', async () => {
  const pair = await tokens();
  expect([await status(key.api_key), await status(pair.access_token)]).toEqual([200, 200]);
  const elsewhere = openSecurity(path.join(server.folder, 'security'));
  await elsewhere.revokeKey(key.id, 'another process');
  const revoked = performance.now();
  await vi.waitFor(async () => expect(await status(key.api_key)).not.toBe(200), { timeout: 1000, interval: 20 });
  expect(performance.now() - revoked).toBeLessThan(1000);
  expect(await status(pair.access_token)).not.toBe(200);
  expect((await refresh(pair.refresh_token)).status).not.toBe(200);
  expect((await server.post('/auth/token', { api_key: key.api_key })).status).not.toBe(200);
});

test('guessing is slowed down, and does not lock out who has a good key', async () => {
  let [unauthorized, tooMany] = [0, 0];
  for (let i = 0; i < 30; i++) {
    const guess = await server.post('/auth/token', { api_key: `rsk_${key.id}_${'x'.repeat(43)}` });
    if (guess.status === 401) unauthorized += 1;
    else if (guess.status === 429 && Number(guess.headers['retry-after']) >= 1) tooMany += 1;
  }
  expect(unauthorized).toBeLessThanOrEqual(10);
  expect(unauthorized + tooMany).toBe(30);
  expect((await server.post('/auth/token', { api_key: key.api_key })).status).toBe(200);
  expect(await status(key.api_key)).toBe(200);
});

test('a rate limit holds to 5 %, and other keys are unharmed', async () => {
  const rate = 100;
  const limited = await makeKey('viewer', rate);
  let [accepted, refused, othersRefused, others] = [0, 0, 0, 0];
  const seconds = 4;
  const until = performance.now() + seconds * 1000;
  // On a busy machine this client itself stands still at times; what it did not ask for could not be let go.
  const savedUpMs = 100;
  let [lastMs, unasked] = [performance.now(), 0];
  const heard = () => {
    const nowMs = performance.now();
    unasked += (Math.max(0, nowMs - lastMs - savedUpMs) / 1000) * rate;
    lastMs = nowMs;
  };
  const hammer = async () => {
    while (performance.now() < until) {
      const answer = await server.ask('/recommend/u1?k=1', { headers: bearer(limited.api_key) });
      heard();
      if (answer.status === 429) {
        refused += 1;
        expect(answer.headers['retry-after']).toBe('1');
      } else accepted += 1;
    }
  };
  const other = async () => {
    while (performance.now() < until) {
      others += 1;
      if ((await status(key.api_key)) !== 200) othersRefused += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  // More at once than the bucket holds, so that nothing spills between two rounds of them.
  await Promise.all([...Array.from({ length: 16 }, hammer), other()]);
  expect(refused).toBeGreaterThan(0);
  expect(accepted / (rate * seconds), `${accepted} let go`).toBeLessThan(1.05);
  expect(accepted / (rate * seconds - unasked), `${accepted} let go, ${unasked} not asked for`).toBeGreaterThan(0.95);
  expect(others).toBeGreaterThan(50);
  expect(othersRefused).toBe(0);
});

test('64 connections of one key, and no more; another key goes on', async () => {
  const { Agent, request } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 70 });
  const mine = await makeKey('viewer');
  const ask = () =>
    new Promise<number>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: server.port, path: '/recommend/u1', agent, headers: bearer(mine.api_key) };
      request(options, (incoming) => incoming.resume().on('end', () => resolve(incoming.statusCode ?? 0)))
        .on('error', reject)
        .end();
    });
  const answers = await Promise.all(Array.from({ length: 70 }, ask));
  expect(answers.filter((answer) => answer === 200)).toHaveLength(64);
  expect(answers.filter((answer) => answer === 429)).toHaveLength(6);
  expect(await status(key.api_key)).toBe(200);
  agent.destroy();
  await vi.waitFor(async () => expect(await status(mine.api_key)).toBe(200));
});

test('no key, token or secret is in any file, in what is logged, or in an error', async () => {
  const written: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    }),
  );
  const admin = await makeKey('admin');
  const { json: pair } = await server.post('/auth/token', { api_key: admin.api_key });
  const { json: next } = await refresh(pair.refresh_token);
  const { json: made } = await server.post('/admin/keys', { name: 'n' }, bearer(next.access_token));
  const secrets = [admin.api_key.slice(13), made.api_key.slice(13)].concat(
    [pair.access_token, pair.refresh_token, next.access_token, next.refresh_token].map((token: string) => token.split('.')[2] as string),
    (await server.auth.security().secret()).toString('base64url'),
  );
  expect(secrets.every((secret) => secret.length === 43)).toBe(true);
  const errors = await Promise.all([
    server.post('/auth/token', { api_key: admin.api_key + 'x'.repeat(200) }),
    server.post('/auth/token', { api_keys: admin.api_key }),
    server.post('/auth/token', { api_key: [admin.api_key] }),
    server.post('/auth/token', { [admin.api_key]: 1 }),
    server.post('/auth/token', admin.api_key),
    server.ask('/auth/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"api_key": "${admin.api_key}` }),
    server.ask('/auth/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body: admin.api_key }),
    server.post('/auth/refresh', { refresh_token: next.refresh_token + 'x'.repeat(4000) }),
    server.post('/auth/refresh', { refresh_token: `${next.access_token}` }),
    server.ask('/recommend/u1', { headers: bearer(`${next.access_token}x`) }),
    server.ask('/admin/keys/nothing', { method: 'DELETE', headers: bearer(next.access_token) }),
  ]);
  await server.auth.close();
  for (const spy of spies) spy.mockRestore();
  const places = { logged: written.join(''), told: JSON.stringify(server.answered) };
  const all: [string, string][] = [...Object.entries(places), ...errors.map((error, i): [string, string] => [`error ${i}`, error.text])];
  for (const name of await readdir(server.folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(name.parentPath, name.name);
    if (name.isFile()) all.push([file, await readFile(file, 'latin1')]);
  }
  expect(all.length).toBeGreaterThan(15);
  for (const [where, text] of all) {
    for (const [i, secret] of secrets.entries()) {
      if (where.endsWith('token-secret')) continue;
      expect(text.includes(secret), `secret ${i} in ${where}`).toBe(false);
    }
  }
});

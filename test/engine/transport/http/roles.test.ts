import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiProblem, type Role, type Route } from '#contract/api/route';
import { routes } from '#contract/routes';
import { openSecurity } from '../../../../engine/security/security.ts';
import { issueToken } from '../../../../engine/security/token.ts';
import { openTestServer, type TestServer } from './open-server.ts';

let server: TestServer;
let elsewhere: TestServer;
const identities = ['none', 'viewer', 'service', 'admin', 'revoked', 'expired', 'foreign'] as const;
type Known = (typeof identities)[number];
const credentials = {} as Record<Known, string | null>;
const ids = {} as Record<Known, string>;

async function makeKey(of: TestServer, name: Known, role: Role) {
  const made = await of.auth.security().createKey({ name, role, rate_limit: null }, 'test');
  credentials[name] = made.api_key;
  ids[name] = made.id;
  return made;
}

beforeAll(async () => {
  server = await openTestServer({ keys: true });
  elsewhere = await openTestServer({ keys: true });
  for (const role of ['viewer', 'service', 'admin'] as const) await makeKey(server, role, role);
  const revoked = await makeKey(server, 'revoked', 'admin');
  await server.auth.security().revokeKey(revoked.id, 'test');
  await makeKey(elsewhere, 'foreign', 'admin');
  const line = await server.auth.security().lines.begin(ids.admin, () => ({ jti: 'x', exp: Date.now() / 1000 + 900 }));
  const secret = await server.auth.security().secret();
  const old = { purpose: 'access', role: 'admin', key: ids.admin, line, lifeSeconds: 900 } as const;
  credentials.expired = issueToken(secret, old, Date.now() - 1000_000).token;
  credentials.none = null;
});
afterAll(async () => {
  await server.close();
  await elsewhere.close();
});

const rows = Object.entries<Route>(routes);
const rank = { viewer: 0, service: 1, admin: 2 };
const asked = (row: Route) => row.path.replace(/\{\w+\}/, 'u1');
/** A body that no row takes: what is let in goes on to be refused for it, and changes nothing. */
const wrongBody = { method: 'POST', body: '[]', contentType: 'text/wrong' };

const call = (row: Route, credential: string | null, how: 'bearer' | 'header') =>
  server.ask(asked(row), {
    method: row.method,
    headers: {
      ...(credential === null ? {} : how === 'bearer' ? { authorization: `Bearer ${credential}` } : { 'x-api-key': credential }),
      ...(row.method === 'POST' ? { 'content-type': wrongBody.contentType } : {}),
    },
    ...(row.method === 'POST' ? { body: wrongBody.body } : {}),
  });

describe.each(['bearer', 'header'] as const)('every row of the table and every identity, by %s', (how) => {
  test.each(rows)('%s', async (_name, row) => {
    for (const identity of identities) {
      const { status, headers, json } = await call(row, credentials[identity], how);
      const words = `${row.method} ${row.path} as ${identity}`;
      if (row.role === 'anyone') expect([401, 403, 429], words).not.toContain(status);
      else if (identity === 'viewer' || identity === 'service' || identity === 'admin') {
        const may = rank[identity] >= rank[row.role];
        if (may) expect([401, 403, 429], words).not.toContain(status);
        else expect([status, ApiProblem.parse(json).code], words).toEqual([403, 'forbidden']);
      } else if (identity === 'none') {
        expect([status, ApiProblem.parse(json).code, headers['www-authenticate']], words).toEqual([401, 'unauthorized', 'Bearer']);
      } else {
        // After a few of them, too many: never let in.
        expect([401, 429], words).toContain(status);
        if (status === 429) expect(Number(headers['retry-after']), words).toBeGreaterThanOrEqual(1);
        expect(json.detail).not.toContain((credentials[identity] as string).slice(13));
      }
    }
  });
});

test('who did what is not for viewers', async () => {
  for (const target of ['/events', '/events?user_id=u1']) {
    const as = async (identity: Known) => (await server.ask(target, { headers: { 'x-api-key': credentials[identity] as string } })).status;
    expect([await as('viewer'), await as('service'), await as('admin')]).toEqual([403, 200, 200]);
  }
});

test('nothing was changed by any of them', async () => {
  await expect(readFile(path.join(server.folder, 'events', '1.log'), 'utf8')).rejects.toThrow(/ENOENT/);
  expect(openSecurity(path.join(server.folder, 'security')).keys.list()).toHaveLength(4);
});

test('the documentation is open, unknown paths tell nothing', async () => {
  for (const target of ['/docs', '/docs/swagger-ui.css', '/openapi.json']) expect((await server.ask(target)).status).toBe(200);
  expect((await server.ask('/nothing')).status).toBe(404);
});

test.each([
  ['two ways at once', { authorization: 'Bearer x', 'x-api-key': 'x' }],
  ['twice', { 'x-api-key': ['x', 'y'] }],
  ['Basic', { authorization: 'Basic YTpi' }],
  ['no scheme', { authorization: 'x' }],
  ['nothing after Bearer', { authorization: 'Bearer ' }],
  ['a body of words', { authorization: 'Bearer a b' }],
])('%s: 401', async (_name, headers) => {
  expect((await server.ask('/recommend/u1', { headers: headers as Record<string, string> })).status).toBe(401);
});

test('the key of an admin opens nothing to a page elsewhere, or by another name', async () => {
  const authorization = `Bearer ${credentials.admin}`;
  for (const [, row] of rows) {
    for (const foreign of [
      { host: `evil.example:${server.port}` },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const { status, headers } = await server.ask(asked(row), { method: row.method, headers: { authorization, ...foreign } });
      expect(status, `${row.method} ${row.path} ${JSON.stringify(foreign)}`).toBe(403);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  }
});

test('a running server asks for keys at once, and no more at once', async () => {
  const open = await openTestServer();
  expect((await open.ask('/recommend/u1')).status).toBe(200);
  const made = await open.post('/admin/keys', { name: 'first', role: 'admin' });
  expect([made.status, made.json.role]).toEqual([200, 'admin']);
  await open.auth.set(true);
  expect((await open.ask('/recommend/u1')).status).toBe(401);
  const headers = { authorization: `Bearer ${made.json.api_key}` };
  expect((await open.ask('/recommend/u1', { headers })).status).toBe(200);
  expect((await open.ask('/admin/keys', { headers })).json).toMatchObject({ auth: true, keys: [{ name: 'first' }] });
  await open.auth.set(false);
  expect((await open.ask('/recommend/u1')).status).toBe(200);
  await open.close();
});

test('every change by an admin is in the audit log, with who asked and what came of it', async () => {
  const headers = { authorization: `Bearer ${credentials.admin}` };
  const made = await server.post('/admin/keys', { name: 'new', role: 'service', rate_limit: 5 }, headers);
  await server.ask(`/admin/keys/${made.json.id}`, { method: 'DELETE', headers });
  await server.post('/admin/train', {}, headers);
  const { whole, entries } = (await server.ask('/admin/audit?limit=3', { headers })).json;
  const actor = `admin (${ids.admin})`;
  expect(whole).toBe(true);
  expect(entries.map((entry: Record<string, unknown>) => [entry.actor, entry.action, entry.target, entry.outcome])).toEqual([
    [actor, 'train', '', 'refused: unsupported'],
    [actor, 'revokeKey', made.json.id, 'revoked'],
    [actor, 'createKey', made.json.id, 'service "new"'],
  ]);
});

test('who is refused is counted and written down, once a minute of each address and key', async () => {
  const own = await openTestServer({ keys: true });
  const made = await own.auth.security().createKey({ name: 'shop', role: 'viewer', rate_limit: null }, 'test');
  await own.ask('/recommend/u1');
  for (let i = 0; i < 3; i++) await own.ask('/recommend/u1', { headers: { 'x-api-key': 'rsk_wrong' } });
  await own.post('/auth/token', { api_key: 'rsk_wrong' });
  for (let i = 0; i < 2; i++) await own.ask('/admin/keys', { headers: { 'x-api-key': made.api_key } });
  const { text } = await own.ask('/metrics', { headers: { 'x-api-key': made.api_key } });
  const counted = (reason: string) => Number(new RegExp(`^recsmith_refused_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
  expect(['no_key', 'wrong_key', 'role'].map(counted)).toEqual([1, 4, 2]);
  const refused = async () => (await own.auth.security().audit.read(100)).entries.filter(({ action }) => action === 'refused');
  await expect.poll(async () => (await refused()).length).toBe(2);
  expect(await refused()).toMatchObject([
    {
      actor: `shop (${made.id})`,
      target: 'GET /admin/keys',
      outcome: expect.stringMatching(/^needs the role admin; this key is a viewer; 3 more/),
    },
    { actor: '127.0.0.1', target: 'GET /recommend/{user_id}', outcome: 'the key or token does not hold' },
  ]);
  await own.close();
});

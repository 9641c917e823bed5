import { execFileSync } from 'node:child_process';
import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { writeBundle } from '../../../engine/bundles/write-bundle.ts';
import { layout } from '../../../engine/workspace/layout.ts';
import { type TestEngine, withEngine } from '../../support/engine.ts';
import { sampleContents } from '../bundles/sample-contents.ts';

/** A workspace with a bundle that was not made in it: it is served as any other. */
async function withBundle(engine: TestEngine): Promise<{ workspace: string; bundle: string }> {
  const workspace = path.join(engine.folder, 'w');
  await engine.call('workspace.create', { path: workspace });
  await writeBundle(layout.bundle(workspace, 'films'), sampleContents());
  return { workspace, bundle: 'films' };
}

const send = (engine: TestEngine, path: string, headers: Record<string, string> = {}, method: 'GET' | 'POST' = 'GET', body?: string) =>
  engine.call('server.send', { method, path, headers, ...(body === undefined ? {} : { body }) });

test(
  'keys are switched on in a running server; the window goes on, everybody else needs one, and the next start remembers',
  {
    timeout: 60_000,
  },
  () =>
    withEngine(async (engine) => {
      const { bundle } = await withBundle(engine);
      await engine.call('server.start', { bundle, port: 0 });
      const { url } = await engine.call('server.status', {});
      const outside = async (headers: Record<string, string> = {}) => (await fetch(`${url}/admin/keys`, { headers })).status;
      expect(await outside()).toBe(200);
      const { auth, keys } = await engine.call('server.setAuth', { on: true });
      expect([auth, keys, (await engine.call('server.status', {})).auth]).toEqual([true, [], true]);
      await expect.poll(() => outside()).toBe(401);
      expect((await send(engine, '/admin/keys')).status).toBe(200);
      expect((await send(engine, '/admin/keys', { authorization: 'Bearer nothing' })).status).toBe(401);
      expect((await send(engine, '/admin/keys', { 'X-Api-Key': 'nothing' })).status).toBe(401);
      // The server writes down what it refused while its client goes on.
      const written = async () => (await engine.call('server.security', {})).audit.entries.map(({ action }) => action);
      await expect.poll(written).toContain('refused');
      const made = await engine.call('server.createKey', { name: 'shop', role: 'admin' });
      await expect.poll(() => outside({ 'x-api-key': made.api_key }), { timeout: 1000 }).toBe(200);
      const posted = await send(engine, '/events', {}, 'POST', JSON.stringify({ user_id: 'ü', item_id: 'i1' }));
      expect(posted.status).toBe(202);
      await engine.call('server.revokeKey', { id: made.id });
      await expect.poll(() => outside({ 'x-api-key': made.api_key }), { timeout: 1000 }).not.toBe(200);

      await engine.call('server.stop', {});
      expect(await engine.call('server.start', { bundle, port: 0 })).toMatchObject({ auth: true });
      const { audit } = await engine.call('server.security', {});
      expect(audit.whole).toBe(true);
      expect(audit.entries.map(({ actor, action, outcome }) => [actor, action, outcome])).toEqual([
        ['engine', 'server.start', 'keys are asked for'],
        ['a test', 'revokeKey', 'revoked'],
        ['a test', 'createKey', 'admin "shop"'],
        ['127.0.0.1', 'refused', 'the key or token does not hold'],
        ['a test', 'auth', 'on'],
        ['engine', 'server.start', 'open'],
      ]);
      await engine.call('server.setAuth', { on: false });
      expect((await engine.call('server.status', {})).auth).toBe(false);
    }),
);

test('other machines are let in with keys only, and keys stay on while they are', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    const { bundle } = await withBundle(engine);
    await expect(engine.call('server.start', { bundle, port: 0, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'forbidden' });
    await engine.call('server.setAuth', { on: true });
    const status = await engine.call('server.start', { bundle, port: 0, host: '0.0.0.0' });
    expect(status.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect((await send(engine, '/health')).status).toBe(200);
    await expect(engine.call('server.setAuth', { on: false })).rejects.toMatchObject({ code: 'forbidden' });
    expect((await fetch(`${status.url}/recommend/u1`)).status).toBe(401);
  }),
);

test('over TLS the window trusts the very certificate that the server was given, and no other', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    const { bundle } = await withBundle(engine);
    const pem = (name: string) => path.join(engine.folder, name);
    for (const name of ['one', 'two']) {
      const words = [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=any',
      ];
      execFileSync('openssl', [...words, '-keyout', pem(`${name}.key`), '-out', pem(`${name}.crt`)], { stdio: 'ignore' });
    }
    const tls = { cert: pem('one.crt'), key: pem('one.key') };
    await expect(engine.call('server.start', { bundle, port: 0, tls: { ...tls, key: pem('two.key') } })).rejects.toMatchObject({
      code: 'unreadable_file',
    });
    await engine.call('server.setAuth', { on: true });
    const status = await engine.call('server.start', { bundle, port: 0, tls });
    expect([status.tls, status.url]).toEqual([true, expect.stringMatching(/^https:\/\/127\.0\.0\.1:/)]);
    const health = await send(engine, '/health');
    expect([health.status, JSON.parse(health.body).bundle]).toEqual([200, 'sample']);
    expect((await send(engine, '/admin/keys')).status).toBe(200);
    // Whoever sits at the address with another certificate gets no token.
    await rename(pem('two.crt'), pem('one.crt'));
    await expect(send(engine, '/health')).rejects.toMatchObject({ code: 'unavailable' });
    expect((await readFile(pem('one.crt'), 'utf8')).length).toBeGreaterThan(100);
  }),
);

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { writeBundle } from '../../../engine/bundles/write-bundle.ts';
import { entry, recsmith, recsmithJson } from '../../support/cli.ts';
import { withFolder } from '../../support/folders.ts';
import { sampleContents } from '../bundles/sample-contents.ts';

interface Key {
  id: string;
  role: string;
  api_key: string;
}

/** Serves until `use` has ended. */
async function whileServing(words: string[], state: string, use: (url: string) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [entry, 'serve', ...words, '--port', '0', '--json'], {
    env: { ...process.env, RECSMITH_STATE: state },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      await use((JSON.parse(line) as { url: string }).url);
      break;
    }
  } finally {
    child.kill('SIGINT');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

test('keys of a bundle are made, used while it is served, and revoked from another program within a second', { timeout: 60_000 }, () =>
  withFolder(async (state) => {
    const bundle = path.join(state, 'films');
    await writeBundle(bundle, sampleContents());
    const made = await recsmithJson<Key & Record<string, unknown>>(['keys', bundle, 'create', '--name', 'shop', '--role', 'service'], {
      state,
    });
    expect(made).toMatchObject({ role: 'service', name: 'shop', rate_limit: null });
    const ask = async (url: string) => (await fetch(`${url}/recommend/u1`, { headers: { 'x-api-key': made.api_key } })).status;
    await whileServing([bundle, '--auth'], state, async (url) => {
      expect((await fetch(`${url}/recommend/u1`)).status).toBe(401);
      expect(await ask(url)).toBe(200);
      const { code } = await recsmith(['keys', bundle, 'revoke', made.id], { state });
      expect(code).toBe(0);
      await expect.poll(() => ask(url), { timeout: 1000 }).toBe(401);
    });
    // The choice is remembered.
    await whileServing([bundle], state, async (url) => expect((await fetch(`${url}/recommend/u1`)).status).toBe(401));
    await whileServing([bundle, '--no-auth'], state, async (url) => expect((await fetch(`${url}/recommend/u1`)).status).toBe(200));
    const list = await recsmith(['keys', bundle, 'list'], { state });
    expect(list.stdout).toMatch(/^Keys are not asked for: .*\n[a-z2-7]{8} {2}service {2}no limit {2}revoked .* shop\n$/);
    expect(list.stdout).not.toContain(made.api_key.slice(13));
  }),
);

test('a start that is refused or fails leaves the choice to ask for keys as it was', { timeout: 120_000 }, () =>
  withFolder(async (state) => {
    const bundle = path.join(state, 'films');
    await writeBundle(bundle, sampleContents());
    const asked = async (target: string) => /are asked for/.exec((await recsmith(['keys', target, 'list'], { state })).stdout)?.[0];
    await whileServing([bundle, '--auth'], state, async (url) => expect((await fetch(`${url}/recommend/u1`)).status).toBe(401));
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    expect((await recsmith(['serve', bundle, '--host', '0.0.0.0', '--no-auth'], { state })).code).toBe(11);
    expect((await recsmith(['serve', bundle, '--no-auth', '--port', String(port)], { state })).code).not.toBe(0);
    taken.close();
    expect(await asked(bundle)).toBe('are asked for');
    // A workspace without a bundle cannot be served.
    const workspace = path.join(state, 'w');
    await recsmith(['init', workspace], { state });
    expect((await recsmith(['serve', workspace, '--auth', '--port', '0'], { state })).code).toBe(5);
    expect(await asked(workspace)).toBeUndefined();
  }),
);

test('what cannot be is refused in words', { timeout: 60_000 }, () =>
  withFolder(async (state) => {
    const workspace = path.join(state, 'w');
    await recsmith(['init', workspace], { state });
    const refused = async (words: string[]) => {
      const { code, stderr } = await recsmith(words, { state });
      return [code, stderr];
    };
    expect(await refused(['keys', workspace, 'create'])).toEqual([2, expect.stringMatching(/name is missing/)]);
    expect(await refused(['keys', workspace, 'create', '--name', 'a', '--role', 'root'])).toEqual([
      2,
      expect.stringMatching(/role must be/),
    ]);
    expect(await refused(['keys', workspace, 'revoke', 'nothing'])).toEqual([5, expect.stringMatching(/no API key "nothing"/)]);
    expect(await refused(['keys', workspace, 'dance'])).toEqual([2, expect.stringMatching(/list, create and revoke, not "dance"/)]);
    expect(await refused(['keys', state, 'list'])).toEqual([5, expect.stringMatching(/neither a workspace nor a bundle/)]);
    expect(await refused(['serve', workspace, '--auth', '--no-auth'])).toEqual([2, expect.stringMatching(/not both/)]);
    expect(await refused(['serve', workspace, '--tls-cert', 'x'])).toEqual([2, expect.stringMatching(/given together/)]);
    const bundle = path.join(state, 'films');
    await writeBundle(bundle, sampleContents());
    expect(await refused(['serve', bundle, '--host', '0.0.0.0'])).toEqual([11, expect.stringMatching(/would let other machines in/)]);
  }),
);

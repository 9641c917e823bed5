import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSecurity } from '../../../engine/security/security.ts';

let folder: string;
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'security-')), 'keys');
});
afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }));

const viewer = { name: 'shop', role: 'viewer' as const, rate_limit: null };
const file = (name: string) => path.join(folder, name);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('keys', () => {
  test('a key is known by itself, by nothing like it, and no more once revoked', async () => {
    const security = openSecurity(folder);
    const made = await security.createKey(viewer, 'me');
    expect(made.api_key).toMatch(/^rsk_[a-z2-7]{8}_[A-Za-z0-9_-]{43}$/);
    expect(security.keys.verify(made.api_key)).toMatchObject({ id: made.id, name: 'shop', role: 'viewer' });
    const other = await security.createKey({ ...viewer, name: 'other' }, 'me');
    const mixed = `rsk_${made.id}_${other.api_key.slice(13)}`;
    const flipped = made.api_key.slice(0, -1) + (made.api_key.endsWith('A') ? 'B' : 'A');
    for (const wrong of [mixed, flipped, made.api_key.slice(0, -1), `${made.api_key}A`, made.api_key.toUpperCase(), '', 'rsk_'])
      expect(security.keys.verify(wrong), wrong).toBeNull();
    await security.revokeKey(made.id, 'me');
    expect(security.keys.verify(made.api_key)).toBeNull();
    expect(security.keys.live(made.id)).toBeNull();
    expect(security.keys.verify(other.api_key)).not.toBeNull();
    await expect(security.revokeKey('nothing', 'me')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('neither a key nor the signing secret lies in the wrong place; files are for their owner only', async () => {
    const security = openSecurity(folder);
    const { api_key: key } = await security.createKey(viewer, 'me');
    await security.ownToken();
    await security.setAuth(true, 'me');
    const secret = (await readFile(file('token-secret'), 'utf8')).trim();
    const names = await readdir(folder);
    expect(names.sort()).toEqual(['audit-head.json', 'audit.log', 'keys.json', 'settings.json', 'token-secret']);
    for (const name of names) {
      const text = await readFile(file(name), 'utf8');
      expect(text.includes(key.slice(13)), name).toBe(false);
      if (name !== 'token-secret') expect(text.includes(secret), name).toBe(false);
      if (process.platform !== 'win32') expect((await stat(file(name))).mode & 0o777, name).toBe(0o600);
    }
    if (process.platform !== 'win32') expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  test('two installations have different secrets; a damaged one signs nothing', async () => {
    const other = openSecurity(`${folder}-2`);
    expect(await openSecurity(folder).secret()).toHaveLength(32);
    expect(await openSecurity(folder).secret()).not.toEqual(await other.secret());
    await writeFile(file('token-secret'), '');
    await expect(openSecurity(folder).secret()).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('what one process changes another sees within a second, and changes at once lose nothing', async () => {
    const [here, there] = [openSecurity(folder), openSecurity(folder)];
    const { api_key: key, id } = await here.createKey(viewer, 'me');
    await wait(400);
    expect(there.keys.verify(key)).not.toBeNull();
    await here.revokeKey(id, 'me');
    await wait(400);
    expect(there.keys.verify(key)).toBeNull();
    await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? here : there).createKey({ ...viewer, name: `n${i}` }, 'me')));
    expect(openSecurity(folder).keys.list()).toHaveLength(21);
    expect((await openSecurity(folder).audit.read(100)).whole).toBe(true);
  });

  test('a damaged file lets nobody in, and says nothing of what it holds', async () => {
    const { api_key: key } = await openSecurity(folder).createKey(viewer, 'me');
    const text = await readFile(file('keys.json'), 'utf8');
    await writeFile(file('keys.json'), text.slice(0, -10));
    const security = openSecurity(folder);
    expect(() => security.keys.verify(key)).toThrow(/damaged/);
    expect(() => security.keys.verify(key)).not.toThrow(text.slice(20, 40));
  });

  test('the time of the last use is written when the store is closed', async () => {
    const security = openSecurity(folder);
    const { id } = await security.createKey(viewer, 'me');
    security.keys.used(id);
    await security.close();
    expect(openSecurity(folder).keys.list()[0]?.last_used_at).toMatch(/^\d{4}-/);
  });

  test('where the disk does not take it, that is said', async () => {
    await writeFile(folder, 'a file in its place');
    await expect(openSecurity(folder).createKey(viewer, 'me')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/cannot be written to/),
    });
  });

  test('1,000 keys are as many as there may be; a revoked one makes room', async () => {
    const security = openSecurity(folder);
    const made = await security.createKey(viewer, 'me');
    const [first] = JSON.parse(await readFile(file('keys.json'), 'utf8'));
    const many = Array.from({ length: 999 }, (_, i) => ({ ...first, id: `key${i}` }));
    await writeFile(file('keys.json'), JSON.stringify([first, ...many]));
    await expect(openSecurity(folder).createKey(viewer, 'me')).rejects.toMatchObject({ code: 'conflict' });
    await openSecurity(folder).revokeKey(made.id, 'me');
    await openSecurity(folder).createKey(viewer, 'me');
  });

  test('fetching tokens in a loop fills nothing: of one key the oldest line ends', async () => {
    const { lines } = openSecurity(folder);
    const issue = () => ({ jti: 'x', exp: Date.now() / 1000 + 60 });
    const oldest = await lines.begin('a', issue);
    const other = await lines.begin('b', issue);
    for (let i = 0; i < 99; i++) await lines.begin('a', issue);
    expect([lines.alive(oldest), lines.alive(other)]).toEqual([true, true]);
    await lines.begin('a', issue);
    expect([lines.alive(oldest), lines.alive(other)]).toEqual([false, true]);
  });

  test('the lock of a process that died is taken over', async () => {
    await openSecurity(folder).createKey(viewer, 'me');
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const host = (await import('node:os')).hostname();
    await writeFile(file('lock'), JSON.stringify({ pid: dead, host, holder: 'a crash', since: 'then' }));
    await openSecurity(folder).createKey(viewer, 'me');
  });
});

describe('the audit log', () => {
  const fill = async () => {
    const { audit } = openSecurity(folder);
    for (const target of ['a', 'b', 'c', 'd']) await audit.append({ actor: 'me', action: 'train', target, outcome: 'done' });
  };
  const read = () => openSecurity(folder).audit.read(100);
  const lines = async () => (await readFile(file('audit.log'), 'utf8')).trimEnd().split('\n');
  const write = (all: string[]) => writeFile(file('audit.log'), all.map((line) => `${line}\n`).join(''));

  test('is whole, newest first', async () => {
    expect(await read()).toEqual({ whole: true, entries: [] });
    await fill();
    const { whole, problem, entries } = await read();
    expect([whole, problem, entries.map(({ target }) => target)]).toEqual([true, undefined, ['d', 'c', 'b', 'a']]);
    expect((await openSecurity(folder).audit.read(1)).entries.map(({ target }) => target)).toEqual(['d']);
  });

  const swap = (all: string[], a: number, b: number) => all.map((line, i) => all[i === a ? b : i === b ? a : i] ?? line);
  test.each<[string, (all: string[]) => string[], RegExp]>([
    ['a word changed', (all) => all.map((line, i) => (i === 1 ? line.replace('"done"', '"gone"') : line)), /^Entry 2 was changed/],
    ['an entry taken out', (all) => all.filter((_, i) => i !== 1), /^Entry 2 is missing/],
    ['the first taken out', (all) => all.slice(1), /^Entry 1 is missing/],
    ['two exchanged', (all) => swap(all, 1, 2), /^Entry 2 is missing/],
    ['one twice', (all) => [...all.slice(0, 2), all[1] as string, ...all.slice(2)], /^Entry 3 is missing/],
    ['the end cut off', (all) => all.slice(0, 2), /^Entries 3 to 4 are missing/],
    ['all cut off', () => [], /^Entries 1 to 4 are missing/],
    ['a line of something else', (all) => [...all.slice(0, 1), 'x', ...all.slice(1)], /^Line 2 cannot be read/],
    ['a field more', (all) => all.map((line, i) => (i === 2 ? line.replace('{', '{"x":1,') : line)), /^Line 3 cannot be read/],
  ])('%s is found, and stays to be seen', async (_name, change, words) => {
    await fill();
    await write(change(await lines()));
    expect(await read()).toMatchObject({ whole: false, problem: expect.stringMatching(words) });
    await openSecurity(folder).audit.append({ actor: 'me', action: 'train', target: 'e', outcome: 'done' });
    expect((await read()).whole).toBe(false);
  });

  test('every single byte that is changed is found', async () => {
    await fill();
    const bytes = await readFile(file('audit.log'));
    for (let i = 0; i < bytes.length; i += 3) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] as number) ^ 1;
      await writeFile(file('audit.log'), changed);
      expect((await read()).whole, `byte ${i}`).toBe(false);
    }
  });

  test('a chain made anew from the start is found by its last hash', async () => {
    await fill();
    const head = await readFile(file('audit-head.json'));
    await rm(folder, { recursive: true });
    await fill();
    await writeFile(file('audit-head.json'), head);
    expect(await read()).toMatchObject({ whole: false, problem: expect.stringMatching(/made anew/) });
  });

  test('a lost file of the last hash is found, and written down', async () => {
    await fill();
    await rm(file('audit-head.json'));
    expect(await read()).toMatchObject({ whole: false, problem: expect.stringMatching(/last hash is missing/) });
    await openSecurity(folder).audit.append({ actor: 'me', action: 'train', target: 'e', outcome: 'done' });
    expect((await read()).entries[1]).toMatchObject({ action: 'audit', outcome: expect.stringMatching(/missing/) });
  });

  test('what a crash cut off before it was acknowledged is no damage, nor is a crash before the last hash', async () => {
    await fill();
    const head = await readFile(file('audit-head.json'));
    await openSecurity(folder).audit.append({ actor: 'me', action: 'train', target: 'e', outcome: 'done' });
    await writeFile(file('audit-head.json'), head);
    expect((await read()).whole).toBe(true);
    const size = (await stat(file('audit.log'))).size;
    await truncate(file('audit.log'), size - 20);
    expect((await read()).whole).toBe(true);
    await openSecurity(folder).audit.append({ actor: 'me', action: 'train', target: 'f', outcome: 'done' });
    expect((await read()).entries.map(({ target }) => target)).toEqual(['f', 'd', 'c', 'b', 'a']);
    expect((await read()).whole).toBe(true);
  });
});

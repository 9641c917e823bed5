import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestServer } from './open-server.ts';

let folder: string;
const pem = (name: string) => path.join(folder, name);
const make = (name: string) =>
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
      ...['-keyout', pem(`${name}.key`), '-out', pem(`${name}.crt`)],
    ],
    { stdio: 'ignore' },
  );
const pair = (cert: string, key = cert) => ({ cert: pem(`${cert}.crt`), key: pem(`${key}.key`) });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tls-'));
  make('one');
  make('two');
  const yesterday = ['x509', '-in', pem('one.crt'), '-signkey', pem('one.key'), '-days', '-1', '-out', pem('expired.crt')];
  execFileSync('openssl', yesterday, { stdio: 'ignore' });
  await writeFile(pem('words.crt'), 'no certificate');
  await writeFile(pem('words.key'), 'no key');
  execFileSync('openssl', ['ec', '-in', pem('one.key'), '-aes256', '-passout', 'pass:word', '-out', pem('locked.key')], {
    stdio: 'ignore',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ask = (url: string, ca: Buffer, headers: Record<string, string> = {}) =>
  new Promise<number>((resolve, reject) => {
    request(url, { ca, headers, agent: false, servername: 'localhost' }, (incoming) =>
      incoming.resume().on('end', () => resolve(incoming.statusCode ?? 0)),
    )
      .on('error', reject)
      .end();
  });

test('with a certificate it answers over TLS, and its guard knows https', async () => {
  const server = await openTestServer({ tls: pair('one') });
  const ca = await readFile(pem('one.crt'));
  expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(await ask(`${server.url}/health`, ca)).toBe(200);
  expect(await ask(`${server.url}/health`, ca, { origin: server.url })).toBe(200);
  expect(await ask(`${server.url}/health`, ca, { origin: server.url.replace('https', 'http') })).toBe(403);
  expect(await ask(`${server.url}/health`, ca, { host: 'evil.example' })).toBe(403);
  await expect(ask(`${server.url}/health`, await readFile(pem('two.crt')))).rejects.toThrow(/certificate/);
  // Plain HTTP gets no answer there.
  await expect(server.ask('/health')).rejects.toThrow();
  const old = await new Promise<string>((resolve) => {
    const socket = connect({ port: server.port, host: '127.0.0.1', ca, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }, () =>
      resolve('connected'),
    );
    socket.on('error', (error) => resolve(error.message));
  });
  expect(old).not.toBe('connected');
  await server.close();
});

describe('files that cannot be used are refused in words', () => {
  test.each<[string, () => { cert: string; key: string }, RegExp]>([
    ['no such certificate', () => pair('nothing'), /certificate .*nothing\.crt cannot be read \(ENOENT\)/],
    ['no such key', () => pair('one', 'nothing'), /private key .*nothing\.key cannot be read/],
    ['a text instead of a certificate', () => pair('words', 'one'), /words\.crt holds no certificate/],
    ['a text instead of a key', () => pair('one', 'words'), /words\.key holds no private key/],
    ['a key with a passphrase', () => pair('one', 'locked'), /passphrase/],
    ['a certificate that has expired', () => pair('expired', 'one'), /has expired on/],
    ['the key of another', () => pair('one', 'two'), /is not that of the certificate/],
  ])('%s', async (_name, files, words) => {
    await expect(openTestServer({ tls: files() })).rejects.toMatchObject({
      code: 'unreadable_file',
      message: expect.stringMatching(words),
    });
  });
});

test('on all addresses, the guard takes those of this machine and the names that were given, and no other', async () => {
  const server = await openTestServer({ host: '0.0.0.0', keys: true, names: ['recs.example'] });
  const own = Object.values((await import('node:os')).networkInterfaces()).flatMap(
    (all) => all?.filter(({ family }) => family === 'IPv4') ?? [],
  );
  for (const name of ['127.0.0.1', 'localhost', 'recs.example', ...own.map(({ address }) => address)])
    expect((await server.ask('/health', { headers: { host: `${name}:${server.port}` } })).status, name).toBe(200);
  for (const name of ['evil.example', '0.0.0.0', '203.0.113.9', 'recs.example.evil.example'])
    expect((await server.ask('/health', { headers: { host: `${name}:${server.port}` } })).status, name).toBe(403);
  await expect(server.auth.set(false)).rejects.toMatchObject({ code: 'forbidden' });
  expect((await server.ask('/recommend/u1')).status).toBe(401);
  await server.close();
});

import { spawn, spawnSync } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import {
  type Language,
  readPort,
  requestSnippet,
  type SnippetRequest,
  snippetHeaders,
} from '../../../../renderer/views/serve/client-code.ts';

const nasty = JSON.stringify({ user_id: "o'neil $HOME `id` \\ \u2028 ü 😀", note: 'line\nbreak "quoted"' });

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** What a server receives when the code is run. */
async function received(language: Language, request: Omit<SnippetRequest, 'url'>, path: string) {
  let seen: { method: string | undefined; url: string | undefined; header: string | undefined; body: string } | undefined;
  const server = createServer(async (incoming, answer) => {
    seen = { method: incoming.method, url: incoming.url, header: incoming.headers['x-of'] as string, body: await bodyOf(incoming) };
    answer.end('{"ok":true}');
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const code = requestSnippet(language, { ...request, url });
  const [command, args] = (
    {
      curl: ['sh', ['-c', code]],
      python: ['python3', ['-c', code]],
      javascript: [process.execPath, ['--input-type=module', '-e', code]],
    } as Record<Language, [string, string[]]>
  )[language];
  const child = spawn(command, args);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += String(chunk);
  });
  const code_ = await new Promise((ended) => child.on('close', ended));
  server.close();
  return { seen, ended: code_, errors };
}

const present = (command: string) => spawnSync(command, ['--version']).status === 0;
const languages = (['curl', 'python', 'javascript'] as const).filter(
  (language) => language === 'javascript' || present(language === 'curl' ? 'curl' : 'python3'),
);

test.each(languages)('%s sends the request as it stands, whatever is in it', async (language) => {
  const headers = { 'content-type': 'application/json', 'x-of': 'a \'b\' "c"' };
  const posted = await received(language, { method: 'POST', headers, body: nasty }, '/events?a=%27b%27&c=%24d');
  expect(posted.errors.split('\n').filter((line) => /error/i.test(line))).toEqual([]);
  expect(posted.ended).toBe(0);
  expect(posted.seen).toMatchObject({ method: 'POST', url: '/events?a=%27b%27&c=%24d', header: headers['x-of'] });
  expect(JSON.parse(posted.seen?.body ?? '')).toEqual(JSON.parse(nasty));

  const got = await received(language, { method: 'GET', headers: {} }, '/recommend/u-1?k=5&context={[1-2]}');
  expect(got.seen).toMatchObject({ method: 'GET', body: '' });
  expect(decodeURIComponent(got.seen?.url ?? '')).toBe('/recommend/u-1?k=5&context={[1-2]}');
  const ended = await received(language, { method: 'DELETE', headers: {} }, '/admin/keys/k1');
  expect(ended.seen?.method).toBe('DELETE');
});

test('a body is declared, and a key has its place where one is asked for', () => {
  expect(snippetHeaders(undefined, false)).toEqual({});
  expect(snippetHeaders('{}', false)).toEqual({ 'content-type': 'application/json' });
  expect(snippetHeaders(null, true)).toEqual({ authorization: 'Bearer YOUR_API_KEY' });
});

test('a port is a whole number up to 65535', () => {
  expect(readPort('8000')).toEqual({ port: 8000 });
  expect(readPort('0')).toEqual({ port: 0 });
  for (const text of ['', '80.5', '70000', 'http']) expect(readPort(text)).toHaveProperty('problem');
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestSnippet, type ShownRequest, type SnippetLanguage, snippet } from '#contract/snippets';

const run = promisify(execFile);

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

let server: Server;
let base: string;
let folder: string;
const seen: Seen[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'recsmith-snippets-'));
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    response.setHeader('content-type', 'application/json').end('{"fine":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a snippet as somebody would who pasted it, and tells what the server got. */
async function sentBy(language: SnippetLanguage, code: string): Promise<Seen> {
  seen.length = 0;
  if (language === 'curl') await run('bash', ['-c', code], { cwd: folder });
  else if (language === 'python') await run('python3', ['-c', code], { cwd: folder });
  else {
    const file = path.join(folder, 'snippet.mjs');
    await writeFile(file, code.replace('const answer: unknown', 'const answer'));
    await run(process.execPath, [file], { cwd: folder });
  }
  expect(seen).toHaveLength(1);
  return seen[0] as Seen;
}

const languages: SnippetLanguage[] = ['curl', 'python', 'javascript', 'typescript'];

describe.each(languages)('a snippet in %s', (language) => {
  const hostile = `it's "quoted" $(touch pwned) \`id\` \\ %s \${x} @file\nnext line \u2028 ü 🎉`;

  it('sends a body as it is, whatever stands in it', async () => {
    const body = JSON.stringify({ user_id: hostile, on: true, off: false, none: null, list: [1, 2.5, -1e21, []], deep: { a: {} } });
    const request: ShownRequest = { method: 'POST', url: `${base}/events`, headers: { 'content-type': 'application/json' }, body };
    const got = await sentBy(language, requestSnippet(language, request));
    expect(got.method).toBe('POST');
    expect(got.headers['content-type']).toBe('application/json');
    expect(JSON.parse(got.body)).toEqual(JSON.parse(body));
  });

  it('sends text that is no tidy JSON byte for byte', async () => {
    const body = `{"id": 12345678901234567890, "__proto__": 1, "__proto__": "${'x'.repeat(3)}'"}`;
    const got = await sentBy(language, requestSnippet(language, { method: 'POST', url: `${base}/x`, headers: {}, body }));
    expect(got.body).toBe(body);
  });

  it('sends own __proto__ keys of tidy JSON too', async () => {
    const body = '{"__proto__":{"a":1}}';
    const got = await sentBy(language, requestSnippet(language, { method: 'POST', url: `${base}/x`, headers: {}, body }));
    expect(got.body.replaceAll(' ', '')).toBe(body);
  });

  it('puts ids and lists into the address, escaped', async () => {
    const code = snippet(language, `${base}/`, 'recommend', {
      params: { user_id: `a/b c'?#${'ü'}` },
      query: { k: 5, exclude: ['i1', 'i&2'], explain: undefined },
      headers: { authorization: "Bearer it's" },
    });
    const got = await sentBy(language, code);
    expect(got.method).toBe('GET');
    expect(got.url.replaceAll("'", '%27')).toBe('/recommend/a%2Fb%20c%27%3F%23%C3%BC?k=5&exclude=i1&exclude=i%262');
    expect(got.headers.authorization).toBe("Bearer it's");
  });

  it('sends a file', async () => {
    await writeFile(path.join(folder, "it's.csv"), 'user_id,item_id\nu1,i1\n');
    const got = await sentBy(language, snippet(language, base, 'uploadInteractions', { file: "it's.csv" }));
    expect(got).toMatchObject({ method: 'POST', url: '/admin/interactions', body: 'user_id,item_id\nu1,i1\n' });
    expect(got.headers['content-type']).toBe('text/csv');
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { routes } from '#contract/routes';
import { typeOfSchema } from '../../../engine/client/schema-type.ts';
import { writeClient } from '../../../engine/client/write-client.ts';
import { openTestServer, type TestServer } from '../transport/http/open-server.ts';

const run = promisify(execFile);
const root = path.resolve(__dirname, '..', '..', '..');
let folder: string;
let server: TestServer;
// biome-ignore lint/suspicious/noExplicitAny: it is made while the test runs.
let made: any;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'client-'));
  await writeFile(path.join(folder, 'client.ts'), writeClient());
  const { outputText } = ts.transpileModule(writeClient(), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  await writeFile(path.join(folder, 'client.mjs'), outputText);
  made = await import(pathToFileURL(path.join(folder, 'client.mjs')).href);
  server = await openTestServer();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** What the compiler says of a program that uses the client; empty where all is well. */
async function compiled(name: string, program: string, flags: string[]): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, program);
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const strict = ['--strict', '--noEmit', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler'];
  const strictest = ['--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--noUnusedLocals', '--noUnusedParameters'];
  return run(process.execPath, [tsc, '--ignoreConfig', ...strict, ...strictest, ...flags, file], { cwd: folder }).then(
    () => '',
    (error: { stdout: string }) => error.stdout,
  );
}

const program = `import { RecsmithClient, RecsmithError, Tracker, type RecommendAnswer } from './client';
const client = new RecsmithClient({ baseUrl: 'http://127.0.0.1:8000', apiKey: 'k' });
export async function main(): Promise<void> {
  const answer: RecommendAnswer = await client.recommend({ user_id: 'u1', k: 5, exclude: ['i1'] });
  const [first] = answer.items;
  if (first) await client.events({ user_id: 'u1', item_id: first.item_id }, { idempotencyKey: 'once' });
  await client.events([{ user_id: 'u1', item_id: 'i1', event_type: 'click', context: { page: 1 } }]);
  const accepted: number = (await client.track({ events: [{ user_id: 'u1', item_id: 'i1' }] })).accepted;
  const metrics: string = await client.metrics();
  await client.activateModel({ version: '1' });
  await client.uploadItems('item_id\\ni1\\n', 'text/csv');
  await client.recentEvents();
  const tracker = new Tracker({ url: 'http://127.0.0.1:8000/api/track' });
  const id: string = tracker.track({ user_id: 'u1', item_id: 'i1' });
  try { await client.health(); } catch (error) { if (error instanceof RecsmithError) console.log(error.code, error.problem.detail); }
  console.log(accepted, metrics, id);
}
`;

test.each([
  ['for browsers', ['--lib', 'es2022,dom']],
  ['for Node', ['--lib', 'es2022', '--types', 'node', '--typeRoots', path.join(root, 'node_modules', '@types')]],
])('the client compiles strictly %s', { timeout: 120_000 }, async (_where, flags) => {
  expect(await compiled('use.ts', program, flags)).toBe('');
});

test('what does not fit the API does not compile', { timeout: 120_000 }, async () => {
  const wrong = [
    `client.recommend({});`,
    `client.recommend({ user_id: 5 });`,
    `client.events({ item_id: 'i1' });`,
    `client.events({ user_id: 'u', item_id: 'i', colour: 'red' });`,
    `client.uploadItems('x', 'text/plain');`,
    `client.health().then((health) => health.nothing);`,
  ];
  const lines = await compiled(
    'wrong.ts',
    `import { RecsmithClient } from './client';\nconst client = new RecsmithClient();\n${wrong.join('\n')}\n`,
    ['--lib', 'es2022,dom'],
  );
  const places = [...lines.matchAll(/wrong\.ts\((\d+),/g)].map((match) => Number(match[1]));
  expect([...new Set(places)]).toEqual(wrong.map((_, i) => i + 3));
});

test('every row of the table has a method', () => {
  const client = new made.RecsmithClient();
  for (const name of Object.keys(routes)) expect(client[name], name).toBeTypeOf('function');
});

test('it speaks with the real server: input in path, query and body, answers, and errors in words', async () => {
  const client = new made.RecsmithClient({ baseUrl: `${server.url}/` });
  const list = await client.recommend({ user_id: 'u1', k: 3 });
  expect(list).toMatchObject({ user_id: 'u1', model_version: 'v1' });
  expect(list.items).toHaveLength(3);
  const hostile = `a/b?c#d ü%2f'"`;
  expect(await client.recommend({ user_id: hostile })).toMatchObject({ user_id: hostile });
  expect(() => client.recommend({ user_id: '..' })).toThrow(/takes ids in the query/);
  expect(await client.recommendByQuery({ user_id: '..' })).toMatchObject({ user_id: '..' });
  const events = [{ user_id: hostile, item_id: 'i1' }];
  const first = await client.events(events, { idempotencyKey: 'k' });
  expect(first).toMatchObject({ accepted: 1, duplicates: 0 });
  expect(await client.events(events, { idempotencyKey: 'k' })).toEqual(first);
  expect((await client.recentEvents({ user_id: hostile, limit: 1 })).events).toMatchObject([{ item_id: 'i1', event_id: 'k:0' }]);
  expect((await client.recentEvents()).events.length).toBeGreaterThan(0);
  expect(await client.metrics()).toMatch(/^# HELP/);
  expect((await client.models()).models).toMatchObject([{ version: 'v1', active: true }]);
  const refused = await client.events([{ user_id: 'other', item_id: 'i1' }], { idempotencyKey: 'k' }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(made.RecsmithError);
  expect(refused).toMatchObject({ status: 409, code: 'conflict', message: expect.stringMatching(/Idempotency-Key "k"/) });
  await expect(client.similar({ item_id: 'nothing' })).rejects.toMatchObject({ status: 404, problem: { title: 'Not Found' } });
  await expect(client.activateModel({ version: 'v2' })).rejects.toMatchObject({ status: 501 });
  await expect(client.uploadItems('item_id\ni1\n', 'text/csv')).rejects.toMatchObject({ status: 501 });
});

test('the tracker delivers to the real server, and what it repeats is stored once', async () => {
  let lost = 0;
  const lossy = async (...args: Parameters<typeof fetch>): Promise<Response> => {
    const response = await fetch(...args);
    // The server has stored it, and the answer is lost.
    if (++lost < 3) throw new Error('lost');
    return response;
  };
  const tracker = new made.Tracker({ url: `${server.url}/api/track`, fetch: lossy, retryMs: [10, 20] });
  const ids = Array.from({ length: 25 }, (_, i) => tracker.track({ user_id: 'tracked', item_id: `i${i}` }));
  expect(await tracker.close()).toBe(0);
  const { events } = await new made.RecsmithClient({ baseUrl: server.url }).recentEvents({ user_id: 'tracked' });
  expect(events.map(({ event_id }: { event_id: string }) => event_id).sort()).toEqual(ids.sort());
});

test('types of schemas', () => {
  expect(typeOfSchema({ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } })).toBe('Array<(string | null)>');
  expect(typeOfSchema({ enum: ['a', 1, null] })).toBe('("a" | 1 | null)');
  expect(typeOfSchema({ type: 'object', properties: { 'a-b': { type: 'integer' } }, required: ['a-b'] })).toBe('{\n  "a-b": number;\n}');
  expect(typeOfSchema({ type: 'object', additionalProperties: { type: 'number' } })).toBe('Record<string, number>');
  expect(typeOfSchema({})).toBe('unknown');
});

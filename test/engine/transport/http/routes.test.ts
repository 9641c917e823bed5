import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EventsAnswer } from '#contract/api/event-routes';
import { RecommendAnswer, SimilarAnswer } from '#contract/api/recommend-routes';
import { ApiProblem, type Route } from '#contract/api/route';
import type { AdminCall } from '#contract/child-messages';
import { EngineError } from '#contract/errors';
import { examples } from '#contract/examples';
import { type RouteName, routes } from '#contract/routes';
import { openTestServer, type TestServer } from './open-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

/** Whether a path of the table stands for this one. */
const matches = (row: string, target: string) => new RegExp(`^${row.replace(/\{\w+\}/g, '[^/]+')}$`).test(target);

const eventLog = async () => (await readFile(path.join(server.folder, 'events', '1.log'), 'utf8')).split('\n').filter(Boolean);

describe('GET /recommend', () => {
  test('a known user gets k items from the ranker, best first, without what they had', async () => {
    const { status, json } = await server.ask('/recommend/u3?k=5');
    expect(status).toBe(200);
    const answer = RecommendAnswer.parse(json);
    expect(answer).toMatchObject({ user_id: 'u3', source: 'ranker', model: 'two-tower', model_version: 'v1' });
    expect(answer.items.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
    const scores = answer.items.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const ids = answer.items.map(({ item_id }) => item_id);
    expect(ids).not.toContain('i3');
    expect(ids).not.toContain('i4');
  });

  test('ten items without k; the user may stand in the query', async () => {
    const byPath = (await server.ask('/recommend/u3')).json;
    const byQuery = (await server.ask('/recommend?user_id=u3')).json;
    expect(byPath.items).toHaveLength(10);
    const ids = (items: { item_id: string }[]) => items.map(({ item_id }) => item_id);
    expect(ids(byQuery.items)).toEqual(ids(byPath.items));
    expect(byQuery.request_id).not.toBe(byPath.request_id);
  });

  test('an unknown user gets what is popular', async () => {
    const { status, json } = await server.ask('/recommend/nobody?k=2');
    expect([status, json.source, json.items.map((item: { item_id: string }) => item.item_id)]).toEqual([200, 'popularity', ['i0', 'i1']]);
  });

  test.each(['é', 'a/b', '100%', '%2F', '🧑‍🚀', '..', 'a b', 'a+b', '?', '#', '__proto__', '<img src=x onerror=alert(1)>', '\u202e'])(
    'the id %j comes back as it was sent',
    async (id) => {
      const encoded = encodeURIComponent(id);
      // A path of dots means another path, in every client and server: such ids go into the query.
      if (id !== '..') expect((await server.ask(`/recommend/${encoded}?k=1`)).json.user_id).toBe(id);
      expect((await server.ask(`/recommend?user_id=${encoded}&k=1`)).json.user_id).toBe(id);
    },
  );

  test.each([
    ['/recommend/u3?k=0', /^k must be at least 1, not 0 \(in the query\)\./],
    ['/recommend/u3?k=-1', /k must be at least 1, not -1/],
    ['/recommend/u3?k=501', /k must be at most 500, not 501/],
    ['/recommend/u3?k=1.5', /k must be a whole number, not 1\.5/],
    ['/recommend/u3?k=ten', /k must be a number, not "ten"/],
    ['/recommend/u3?k=', /k .*""/],
    ['/recommend/u3?k=1e2', /k .*"1e2"/],
    ['/recommend/u3?k=Infinity', /k .*"Infinity"/],
    ['/recommend/u3?k=1&k=2', /k is given 2 times/],
    ['/recommend', /^user_id is missing \(in the query\)\./],
    ['/recommend?user_id=', /user_id must not be empty \(in/],
    ['/recommend/%ff', /percent escape/],
    [`/recommend/${'x'.repeat(1001)}`, /user_id must have at most 1000 characters/],
  ])('%s is refused in words', async (target, words) => {
    const { status, headers, json } = await server.ask(target);
    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(ApiProblem.parse(json)).toMatchObject({
      status: 400,
      title: 'Bad Request',
      code: 'invalid_input',
      detail: expect.stringMatching(words),
    });
  });
});

describe('GET /similar', () => {
  test('the nearest items, without the item itself', async () => {
    const { status, json } = await server.ask('/similar/i7?k=4');
    expect(status).toBe(200);
    const { items } = SimilarAnswer.parse(json);
    expect(items).toHaveLength(4);
    expect(items.map(({ item_id }) => item_id)).not.toContain('i7');
  });

  test('of an unknown item: 404 in words', async () => {
    const { status, json } = await server.ask('/similar/nothing');
    expect([status, json.code]).toEqual([404, 'not_found']);
    expect(json.detail).toMatch(/knows no item "nothing"/);
  });
});

describe('POST /events', () => {
  test('one event or many are durable when 202 comes, and a repeat is harmless', async () => {
    const one = await server.post('/events', {
      event_id: 'one',
      user_id: 'u9',
      content_id: 'i1',
      event_type: 'click',
      timestamp: 1_700_000_000,
    });
    expect([one.status, one.json]).toEqual([202, { accepted: 1, duplicates: 0, event_ids: ['one'] }]);
    expect(JSON.parse((await eventLog()).at(-1) as string)).toMatchObject({
      event_id: 'one',
      item_id: 'i1',
      timestampMs: 1_700_000_000_000,
    });
    const many = await server.post('/events', [
      { event_id: 'one', user_id: 'u9', item_id: 'i1', event_type: 'click', timestamp: '2023-11-14T22:13:20Z' },
      { event_id: 'two', user_id: 'u9', post_id: 'i2', context: { page: 'home', __proto__: 1 } },
      { user_id: 'u9', item_id: 'i3' },
    ]);
    expect(EventsAnswer.parse(many.json)).toMatchObject({ accepted: 2, duplicates: 1 });
    expect(many.json.event_ids[2]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('the same key 100 times in parallel: stored once, and all get the same answer', async () => {
    const before = (await eventLog()).length;
    const body = [
      { user_id: 'u1', item_id: 'i1' },
      { user_id: 'u1', item_id: 'i2' },
    ];
    const answers = await Promise.all(Array.from({ length: 100 }, () => server.post('/events', body, { 'idempotency-key': 'parallel' })));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['202 {"accepted":2,"duplicates":0,"event_ids":["parallel:0","parallel:1"]}']),
    );
    expect(await eventLog()).toHaveLength(before + 2);
  });

  test('another event under a known event_id is refused, and what came with it is not stored', async () => {
    await server.post('/events', { event_id: 'once', user_id: 'u9', item_id: 'i1' });
    const { length } = await eventLog();
    const answer = await server.post('/events', [
      { event_id: 'fresh', user_id: 'u9', item_id: 'i1' },
      { event_id: 'once', user_id: 'u9', item_id: 'i2' },
    ]);
    expect([answer.status, answer.json.code]).toEqual([409, 'conflict']);
    expect(answer.json.detail).toMatch(/event_id "once" was used for another event/);
    expect(await eventLog()).toHaveLength(length);
  });

  test('GET /events gives back what was received, newest first, of one user or of all', async () => {
    await server.post('/events', [
      { event_id: 'r1', user_id: 'reader', item_id: 'i1', timestamp: 1_700_000_000, context: { page: 'home' } },
      { event_id: 'r2', user_id: 'reader', item_id: 'i2', event_type: 'like', value: 3, session_id: 's' },
      { event_id: 'r3', user_id: 'other reader', item_id: 'i1' },
    ]);
    const ids = async (query: string): Promise<string[]> =>
      (await server.ask(`/events?${query}`)).json.events.map((event: { event_id: string }) => event.event_id);
    expect(await ids('user_id=reader')).toEqual(['r2', 'r1']);
    expect(await ids('limit=3')).toEqual(['r3', 'r2', 'r1']);
    expect(await ids('user_id=nobody')).toEqual([]);
    const [newest, oldest] = (await server.ask('/events?user_id=reader')).json.events;
    expect(routes.recentEvents.answer.parse({ events: [newest, oldest] }).events).toEqual([
      {
        event_id: 'r2',
        user_id: 'reader',
        item_id: 'i2',
        event_type: 'like',
        value: 3,
        session_id: 's',
        context: null,
        timestamp: expect.any(String),
      },
      expect.objectContaining({ event_id: 'r1', timestamp: '2023-11-14T22:13:20.000Z', context: { page: 'home' } }),
    ]);
    expect(Date.now() - Date.parse(newest.timestamp)).toBeLessThan(60_000);
  });

  test('the next list leaves out what was just reported', async () => {
    const before = (await server.ask('/recommend/u20?k=1')).json.items[0].item_id;
    await server.post('/events', { user_id: 'u20', item_id: before });
    const after = (await server.ask('/recommend/u20?k=500')).json.items.map((item: { item_id: string }) => item.item_id);
    expect(after).not.toContain(before);
    await server.post('/events', { user_id: 'new one', item_id: 'i0' });
    const newcomer = (await server.ask('/recommend/new%20one?k=80')).json;
    expect([newcomer.source, newcomer.basis]).toEqual(['ranker', 'events']);
    expect(newcomer.items.map((item: { item_id: string }) => item.item_id)).not.toContain('i0');
    expect(newcomer.items).toHaveLength(79);
  });

  test('an Idempotency-Key makes the same request again harmless', async () => {
    const events = [
      { user_id: 'u1', item_id: 'i1' },
      { user_id: 'u1', item_id: 'i2' },
    ];
    const first = await server.post('/events', events, { 'idempotency-key': 'k1' });
    const second = await server.post('/events', events, { 'idempotency-key': 'k1' });
    expect(first.json).toEqual({ accepted: 2, duplicates: 0, event_ids: ['k1:0', 'k1:1'] });
    expect(second.json).toEqual(first.json);
    const other = await server.post('/events', events.slice(1), { 'idempotency-key': 'k1' });
    expect([other.status, other.json.code, other.json.detail]).toEqual([
      409,
      'conflict',
      expect.stringMatching(/"k1" was used for another/),
    ]);
    expect((await server.post('/events', events, { 'idempotency-key': 'x'.repeat(181) })).status).toBe(400);
  });

  test.each<[string, unknown, RegExp]>([
    ['no item', { user_id: 'u' }, /item_id/],
    ['no user', { item_id: 'i' }, /user_id/],
    ['an unknown property', { user_id: 'u', item_id: 'i', role: 'admin' }, /"role"/],
    [
      'a wrong type in the second event',
      [
        { user_id: 'u', item_id: 'i' },
        { user_id: 7, item_id: 'i' },
      ],
      /^1\.user_id must be text, not 7 \(in the body\)/,
    ],
    ['an empty list', [], /body must not be empty/],
    ['too many events', Array.from({ length: 1001 }, () => ({ user_id: 'u', item_id: 'i' })), /at most 1000 entries/],
    ['a text', 'event', /body/],
    ['nothing', null, /body/],
    ['a bad time', { user_id: 'u', item_id: 'i', timestamp: 'now' }, /timestamp "now"/],
    ['an id that is no text', { user_id: '\ud800', item_id: 'i' }, /user_id/],
  ])('%s is refused in words, and nothing is stored', async (_name, body, words) => {
    const before = (await eventLog()).length;
    const { status, json } = await server.post('/events', body);
    expect([status, json.code]).toEqual([400, 'invalid_input']);
    expect(json.detail).toMatch(words);
    expect(await eventLog()).toHaveLength(before);
  });

  const post = (headers: Record<string, string>, body: string | Buffer | Iterable<string | Buffer>) =>
    server.ask('/events', { method: 'POST', headers, body });
  const json = { 'content-type': 'application/json' };

  test.each([
    ['no JSON', '{"user_id":', /not JSON/],
    ['nothing', '', /not JSON/],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), /not UTF-8/],
    ['an own __proto__', '{"user_id":"u","item_id":"i","__proto__":{"admin":true}}', /__proto__/],
    ['2 MB of context', JSON.stringify({ user_id: 'u', item_id: 'i', context: { text: 'x'.repeat(2_000_000) } }), /larger than 16384/],
    [
      'context nested 100,000 deep',
      `{"user_id":"u","item_id":"i","context":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
      /nested|not JSON/,
    ],
  ])('a body that is %s', async (_name, body, words) => {
    const answer = await post(json, body);
    expect(answer.status).toBe(400);
    expect(answer.json.detail).toMatch(words);
  });

  test.each([
    [{}],
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/x-www-form-urlencoded' }],
    [{ 'content-type': 'application/jsonx' }],
    [{ ...json, 'content-encoding': 'gzip' }],
  ])('%j is 415', async (headers: Record<string, string>) => {
    const body = headers['content-encoding'] ? gzipSync(Buffer.alloc(1_000_000)) : '{"user_id":"u","item_id":"i"}';
    expect((await post(headers, body)).status).toBe(415);
  });

  test('one byte over the limit is 413, declared or in chunks; the limit itself is not', async () => {
    const limit = 4 * 1024 * 1024;
    const event = '{"user_id":"u","item_id":"i"}';
    const padded = (length: number) => event + ' '.repeat(length - event.length);
    expect((await post(json, padded(limit))).status).toBe(202);
    expect((await post(json, padded(limit + 1))).status).toBe(413);
    const parts = Array.from({ length: 5 }, () => Buffer.alloc(1024 * 1024, ' '));
    const chunked = await post({ ...json, 'transfer-encoding': 'chunked' }, parts).catch((error: NodeJS.ErrnoException) => error);
    // The server stops reading: a client that goes on writing may see the connection go before it sees the answer.
    if (chunked instanceof Error) expect(chunked).toMatchObject({ code: expect.stringMatching(/EPIPE|ECONNRESET/) });
    else expect(chunked.status).toBe(413);
    expect((await server.ask('/health')).status).toBe(200);
  });

  test('a 2 MB body is too large for the other routes', async () => {
    const { status, json: problem } = await server.post('/admin/train', { params: { x: 'x'.repeat(2_000_000) } });
    expect([status, problem.code]).toEqual([413, 'too_large']);
  });
});

describe('the rest', () => {
  test('health names the bundle', async () => {
    const { status, json } = await server.ask('/health');
    expect(status).toBe(200);
    expect(routes.health.answer.parse(json)).toMatchObject({
      status: 'ok',
      version: '0.0.0-test',
      bundle: 'sample',
      model_version: 'v1',
      users: 50,
      items: 80,
    });
  });

  test('metrics count requests by route and status class, and labels cannot be made by clients', async () => {
    for (let i = 0; i < 300; i++) await server.ask(`/recommend/stranger-${i}`);
    for (let i = 0; i < 50; i++) await server.ask(`/unknown-${i}`);
    const { headers, text } = await server.ask('/metrics');
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toMatch(/recsmith_http_request_duration_seconds_count\{route="recommend",status="2xx"\} \d+/);
    expect(text).toMatch(/recsmith_recommendations_total\{source="popularity"\} \d+/);
    expect(text).toMatch(/recsmith_bundle_info\{bundle="sample",model="two-tower",model_version="v1"\} 1/);
    expect(text).not.toMatch(/stranger|unknown/);
    expect(new Set(text.match(/route="\w+"/g)).size).toBeLessThanOrEqual(Object.keys(routes).length + 4);
  });

  test('another method on a known path is 405 and says which are possible; an unknown path is 404', async () => {
    for (const row of Object.values<Route>(routes)) {
      const target = row.path.replace(/\{\w+\}/, 'u1');
      const there = Object.values<Route>(routes).filter(({ path: other }) => matches(other, target));
      for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'OPTIONS'].filter((one) => !there.some((other) => other.method === one))) {
        const { status, headers } = await server.ask(target, { method });
        expect(status, `${method} ${target}`).toBe(405);
        expect(headers.allow?.split(', ')).toContain(row.method);
      }
    }
    for (const target of ['/nothing', '/recommend/u1/more', '/docs/package.json', '/docs/..%2f..%2fpackage.json']) {
      expect((await server.ask(target)).status, target).toBe(404);
    }
  });

  test('HEAD is GET without a body', async () => {
    const { status, text } = await server.ask('/health', { method: 'HEAD' });
    expect([status, text]).toEqual([200, '']);
  });

  test('the OpenAPI document shows calls as code, and each of them fits its route', async () => {
    const { json } = await server.ask('/openapi.json');
    const samples = json.paths['/events'].post['x-codeSamples'];
    expect(samples.map(({ lang }: { lang: string }) => lang)).toEqual(['curl', 'python', 'typescript']);
    expect(samples[0].source).toContain(`curl -X POST 'http://127.0.0.1:8000/events'`);
    for (const [name, example] of Object.entries(examples)) {
      const { params, query, body }: Route = routes[name as RouteName];
      expect(params?.safeParse(example.params).error, name).toBeUndefined();
      expect(query?.safeParse(example.query ?? {}).error, name).toBeUndefined();
      expect(body?.safeParse(example.body).error, name).toBeUndefined();
    }
  });

  test('the OpenAPI document lists exactly the routes of the table', async () => {
    const { json } = await server.ask('/openapi.json');
    expect(json.openapi).toBe('3.1.0');
    const listed = Object.entries<Record<string, unknown>>(json.paths).flatMap(([target, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${target}`),
    );
    expect(listed.sort()).toEqual(
      Object.values<Route>(routes)
        .map(({ method, path: target }) => `${method} ${target}`)
        .sort(),
    );
    const k = json.paths['/recommend/{user_id}'].get.parameters.find(({ name }: { name: string }) => name === 'k');
    expect(k).toMatchObject({ in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 500, default: 10 } });
  });

  test('the documentation page uses only files of this server', async () => {
    const root = await server.ask('/');
    expect([root.status, root.headers.location, root.text]).toEqual([302, '/docs', '']);
    expect((await server.ask('/', { headers: { host: 'example.com' } })).status).toBe(403);
    expect((await server.ask('/', { method: 'POST' })).status).toBe(405);
    // Dots lead no higher than the root.
    expect((await server.ask('/docs/%2e%2e')).headers.location).toBe('/docs');
    const page = await server.ask('/docs');
    expect(page.headers['content-type']).toMatch(/text\/html/);
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self';/);
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string);
    expect(links).toHaveLength(4);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//);
      expect((await server.ask(link)).status, link).toBe(200);
    }
  });

  test('admin calls need no body; one that is sent is looked at all the same', async () => {
    for (const path of ['/admin/train', '/admin/reindex']) {
      for (const headers of [{}, { 'content-type': 'application/json' }, { 'content-length': '0' }]) {
        expect((await server.ask(path, { method: 'POST', headers })).status, path).toBe(501);
      }
      expect((await server.ask(path, { method: 'POST', body: '{}' })).status, path).toBe(415);
      expect((await server.ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"x":1}' })).status).toBe(
        400,
      );
      expect((await server.ask(path, { method: 'POST', headers: { origin: 'https://evil.example' } })).status, path).toBe(403);
    }
  });

  test('admin calls say that there is no workspace', async () => {
    for (const answer of [
      await server.post('/admin/train', {}),
      await server.post('/admin/reindex', {}),
      await server.ask('/admin/jobs/1'),
    ]) {
      expect([answer.status, answer.json.code]).toEqual([501, 'unsupported']);
      expect(answer.json.detail).toMatch(/recsmith serve WORKSPACE/);
    }
  });
});

test('admin calls go to the engine, and its answers and refusals come back', async () => {
  const calls: AdminCall[] = [];
  const withEngine = await openTestServer({
    callEngine: async (call) => {
      calls.push(call);
      if (call.route === 'job') throw new EngineError('not_found', 'There is no job 7.');
      return { job_id: 'job-1', status: 'queued' };
    },
  });
  try {
    const train = await withEngine.post('/admin/train', { model: 'two-tower', seed: 3 });
    expect([train.status, train.json]).toEqual([202, { job_id: 'job-1', status: 'queued' }]);
    expect((await withEngine.post('/admin/train', { modle: 'x' })).status).toBe(400);
    expect((await withEngine.ask('/admin/jobs/7')).json).toMatchObject({ status: 404, detail: 'There is no job 7.' });
    expect(calls).toEqual([
      { route: 'train', body: { model: 'two-tower', seed: 3 } },
      { route: 'job', id: '7' },
    ]);
  } finally {
    await withEngine.close();
  }
});

test('without an event log events are refused in words and recommendations go on', async () => {
  const alone = await openTestServer({ noLog: true });
  try {
    const { status, headers, json } = await alone.post('/events', { user_id: 'u', item_id: 'i' });
    expect([status, headers['retry-after']]).toEqual([503, '1']);
    expect(json.detail).toMatch(/no event log/);
    expect((await alone.ask('/recommend/u1')).status).toBe(200);
  } finally {
    await alone.close();
  }
});

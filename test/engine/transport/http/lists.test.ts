import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FeedAnswer, RecommendAnswer, SuggestAnswer } from '#contract/api/recommend-routes';
import { openTestServer, type TestServer } from './open-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const ids = (items: { item_id: string }[]) => items.map(({ item_id: id }) => id);

describe('GET /recommend with options', () => {
  test('filter, exclude and k by query; lists by commas or repeated', async () => {
    const filtered = (await server.ask(`/recommend/u3?k=5&filter=${encodeURIComponent('category:even AND price<30')}`)).json;
    expect(filtered.items).toHaveLength(5);
    expect(ids(filtered.items).every((id) => Number(id.slice(1)) < 30 && Number(id.slice(1)) % 2 === 0)).toBe(true);
    const [first, second] = ids(filtered.items) as [string, string];
    for (const query of [`exclude=${first},${second}`, `exclude=${first}&exclude=${second}`]) {
      const without = (await server.ask(`/recommend/u3?k=5&filter=category%3Aeven%20AND%20price%3C30&${query}`)).json;
      expect(ids(without.items)).not.toContain(first);
      expect(ids(without.items)).not.toContain(second);
    }
  });

  test('explanations, diversity, the session of a stranger and their attributes', async () => {
    const explained = RecommendAnswer.parse((await server.ask('/recommend/u3?k=3&explain=true')).json);
    for (const { explanation } of explained.items) expect(explanation?.text).toMatch(/\.$/);
    expect((await server.ask('/recommend/u3?k=3&diversity=0.5')).status).toBe(200);
    expect((await server.ask('/recommend/stranger?items=i10,i11')).json).toMatchObject({ basis: 'items', source: 'ranker' });
    const attributes = encodeURIComponent('{"segment":"s1"}');
    expect((await server.ask(`/recommend/stranger?attributes=${attributes}`)).json).toMatchObject({ basis: 'attributes' });
  });

  test('a list is found again until the user does something, or a fresh one is asked for', async () => {
    const ask = (headers: Record<string, string> = {}) => server.ask('/recommend/u7?k=4', { headers }).then(({ json }) => json);
    const [first, second] = [await ask(), await ask()];
    expect([first.cached, second.cached]).toEqual([false, true]);
    expect(second.items).toEqual(first.items);
    expect(second.request_id).not.toBe(first.request_id);
    expect((await ask({ 'cache-control': 'no-cache' })).cached).toBe(false);
    const [seen] = ids(first.items) as [string];
    await server.post('/events', { user_id: 'u7', item_id: seen });
    const third = await ask();
    expect(third.cached).toBe(false);
    expect(ids(third.items)).not.toContain(seen);
  });

  test.each([
    ['filter=brand%3Ax', /brand/],
    ['filter=price%3C', /filter/],
    ['diversity=2', /diversity/],
    ['explain=maybe', /explain/],
    ['attributes=nothing', /attributes is not a flat JSON object/],
    ['attributes=%5B1%5D', /attributes/],
    ['context=%7B%22a%22%3A%7B%7D%7D', /context/],
    ['deadline_ms=0', /deadline_ms/],
    [`filter=${'x'.repeat(1001)}`, /filter/],
    [`exclude=${Array.from({ length: 501 }, (_, i) => `i${i}`).join(',')}`, /exclude/],
  ])('%s is refused in words', async (query, words) => {
    const { status, json } = await server.ask(`/recommend/u3?${query}`);
    expect([status, json.code]).toEqual([400, 'invalid_input']);
    expect(json.detail).toMatch(words);
  });
});

test.each([
  ['/recommend/u3?filtr=category:even', /"filtr"\. Did you mean filter\?/],
  ['/recommend/u3?K=5', /"K"\. Did you mean k\?/],
  ['/recommend/u3?k=5&deadlinems=5', /"deadlinems"\. Did you mean deadline_ms\?/],
  ['/similar/i3?explanation=true', /"explanation"\. It takes k, filter, exclude\./],
  ['/api/feeds?user_id=u3&=1', /""\. It takes user_id, limit, /],
  [`/recommend/u3?${'x'.repeat(5000)}=1`, /"x{60}…"/],
  ['/health?verbose=1', /"verbose"\. It takes none\./],
  ['/metrics?name=x', /"name"\. It takes none\./],
])('a query field that is not known is refused by its name: %.60s', async (target, words) => {
  const { status, json } = await server.ask(target);
  expect([status, json.code]).toEqual([400, 'invalid_input']);
  expect(json.detail).toMatch(words);
});

describe('POST /recommend/batch', () => {
  const users = Array.from({ length: 40 }, (_, i) => `u${i}`);

  test('gives what single requests give, in the order asked for', async () => {
    const { status, json } = await server.post('/recommend/batch', { user_ids: [...users, 'stranger'], k: 3 });
    expect(status).toBe(200);
    expect(json.lists.map(({ user_id: id }: { user_id: string }) => id)).toEqual([...users, 'stranger']);
    for (const at of [0, 17, 40]) {
      const list = RecommendAnswer.parse(json.lists[at]);
      expect(list.items).toEqual((await server.ask(`/recommend/${list.user_id}?k=3`)).json.items);
    }
  });

  test('as JSON Lines where the client accepts them', async () => {
    const answer = await server.post('/recommend/batch', { user_ids: users, k: 3 }, { accept: 'application/x-ndjson' });
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    const lines = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => RecommendAnswer.parse(JSON.parse(line)));
    expect(lines.map(({ user_id: id }) => id)).toEqual(users);
  });

  test('what is wrong is told before the first line', async () => {
    for (const headers of [{}, { accept: 'application/x-ndjson' }]) {
      expect((await server.post('/recommend/batch', { user_ids: users, filter: 'brand:x' }, headers)).status).toBe(400);
    }
    expect((await server.post('/recommend/batch', { user_ids: [] })).status).toBe(400);
    expect((await server.post('/recommend/batch', { user_ids: Array.from({ length: 1001 }, () => 'u') })).status).toBe(400);
    expect((await server.post('/recommend/batch', { user_ids: ['u1'], role: 'admin' })).status).toBe(400);
  });
});

test.each(['application/json', 'application/x-ndjson'])(
  'batches in %s hold up nobody, however little text their lists make',
  async (accept) => {
    const { lists } = server.service;
    const make = lists.make.bind(lists);
    const spy = vi.spyOn(lists, 'make').mockImplementation((recommender, options, call) => {
      // As slow as with a large catalogue.
      if (options.k === 2) for (const until = performance.now() + 2; performance.now() < until; );
      return make(recommender, options, call);
    });
    const body = { user_ids: Array.from({ length: 200 }, (_, i) => `slow${i}`), k: 2 };
    let open = 3;
    const batches = Array.from({ length: open }, async () => {
      expect((await server.post('/recommend/batch', body, { accept })).status).toBe(200);
      open -= 1;
    });
    const waits: number[] = [];
    while (open > 0) {
      const asked = performance.now();
      expect((await server.ask('/recommend/u1?k=3')).status).toBe(200);
      waits.push(performance.now() - asked);
    }
    await Promise.all(batches);
    spy.mockRestore();
    waits.sort((a, b) => a - b);
    // A request takes a few turns of the event loop: to be let in, to be heard, to be answered.
    expect(waits.length).toBeGreaterThan(15);
    expect(waits[Math.floor(waits.length / 2)]).toBeLessThan(100);
  },
);

describe('a batch that one answer does not hold', () => {
  const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `one${i}`);
  test.each([
    [{ user_ids: idsOf(1000), k: 101 }, /1000 user_ids with k 101 are 101000 items; one answer has 100000 at most\. Ask for fewer users/],
    [{ user_ids: idsOf(21), k: 500, explain: true }, /and explain are 10500 items; one answer has 10000 at most/],
  ])('is refused in words', async (body, words) => {
    const { status, json } = await server.post('/recommend/batch', body);
    expect([status, json.code]).toEqual([400, 'invalid_input']);
    expect(json.detail).toMatch(words);
  });

  test('the largest one is answered', async () => {
    expect((await server.post('/recommend/batch', { user_ids: idsOf(20), k: 500, explain: true })).json.lists).toHaveLength(20);
    expect((await server.post('/recommend/batch', { user_ids: idsOf(200), k: 500 })).json.lists).toHaveLength(200);
  });
});

describe('POST /suggest', () => {
  test('ranks the candidates that are given, and says which it does not know', async () => {
    const { json } = await server.post('/suggest', {
      user_id: 'u3',
      candidates: ['i9', 'i3', 'nothing', 'i20'],
      context: { page: 'home' },
    });
    const answer = SuggestAnswer.parse(json);
    expect(answer).toMatchObject({ source: 'ranker', unknown: ['nothing'] });
    expect(ids(answer.propositions).sort()).toEqual(['i20', 'i3', 'i9']);
  });

  test('proposes something where none are given, and what is popular to strangers', async () => {
    const known = (await server.post('/suggest', { user_id: 'u3', k: 4 })).json;
    expect(ids(known.propositions)).toEqual(ids((await server.ask('/recommend/u3?k=4')).json.items));
    expect((await server.post('/suggest', { user_id: 'stranger', k: 2 })).json).toMatchObject({ source: 'popularity', basis: 'nothing' });
  });
});

describe('GET /api/feeds', () => {
  test('pages neither repeat nor skip, also when the bundle changes in between', async () => {
    const first = FeedAnswer.parse((await server.ask('/api/feeds?user_id=u5&limit=10')).json);
    expect(first.metadata).toMatchObject({ source: 'ml_recommendations', user_id: 'u5', model_version: 'v1' });
    const own = await openTestServer({ version: 'v1', seed: 1 });
    try {
      const start = (await own.ask('/api/feeds?user_id=u5&limit=10')).json;
      await own.service.swap(await own.pack({ version: 'v2', seed: 2 }));
      const pages = [start];
      while (pages.at(-1).next_cursor)
        pages.push((await own.ask(`/api/feeds?user_id=u5&limit=10&cursor=${pages.at(-1).next_cursor}`)).json);
      const all = pages.flatMap(({ items }) => ids(items));
      expect(all).toHaveLength(78);
      expect(new Set(all).size).toBe(78);
      expect(new Set(pages.map(({ metadata }) => metadata.model_version))).toEqual(new Set(['v1']));
      expect((await own.ask('/api/feeds?user_id=u5&limit=10')).json.metadata.model_version).toBe('v2');
    } finally {
      await own.close();
    }
  });

  test('says where it comes from', async () => {
    expect((await server.ask('/api/feeds?user_id=stranger')).json.metadata.source).toBe('popularity_fallback');
    await server.ask('/api/feeds?user_id=u6');
    expect((await server.ask('/api/feeds?user_id=u6')).json.metadata.source).toBe('cache');
    expect((await server.ask('/api/feeds?user_id=u6&cursor=nonsense')).json.metadata.restarted).toBe(true);
  });
});

test('lists can be made ahead; what the cache did is told', async () => {
  const started = await server.post('/admin/precompute', { user_ids: ['u30', 'u31'], k: 20 });
  expect([started.status, started.json]).toEqual([202, { users: 2, status: 'started' }]);
  await vi.waitFor(async () => expect((await server.ask('/admin/cache')).json).toMatchObject({ precomputed: 2, precomputing: 0 }));
  expect((await server.ask('/recommend/u30?k=10')).json.cached).toBe(true);
  const { hits, misses, hit_rate: rate } = (await server.ask('/admin/cache')).json;
  expect(rate).toBeCloseTo(hits / (hits + misses), 9);
  expect((await server.ask('/admin/precompute', { method: 'POST' })).json.users).toBe(50);
  const metrics = (await server.ask('/metrics')).text;
  expect(metrics).toMatch(/recsmith_cache_requests_total\{result="hit"\} [1-9]/);
});

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { BundleInfo } from '#contract/bundle';
import type { Job } from '#contract/job';
import type { PipelineResult } from '#contract/pipeline';
import type { Run } from '#contract/run';
import { readBundle } from '../../../engine/bundles/read-bundle.ts';
import type { Matrix } from '../../../engine/math/arrays.ts';
import { type TestEngine, withEngine, withSampleData } from '../../support/engine.ts';

const quick = { epochs: 3, dimensions: 16 };

interface Listed {
  recommendations: { itemId: string; score: number; rank: number }[];
  foldedIn?: boolean;
}

async function importText(engine: TestEngine, name: string, lines: string[], as: 'interactions' | 'users' | 'items'): Promise<Job> {
  const file = path.join(engine.folder, name);
  await writeFile(file, `${lines.join('\n')}\n`);
  const job = await engine.run('data.import', { paths: [file], as });
  expect(job.error).toBeUndefined();
  return job;
}

async function trained(engine: TestEngine, model: string, params: Record<string, unknown> = {}): Promise<Run> {
  const job = await engine.run('run.train', { model, params });
  expect(job.error).toBeUndefined();
  return job.result as Run;
}

const recommend = async (engine: TestEngine, input: Record<string, unknown>): Promise<Listed> =>
  (await engine.run('run.recommend', { k: 5, ...input })).result as Listed;

test('somebody unknown gets a list by the items they have, by a model of vectors and by one without', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    for (const run of [await trained(engine, 'two-tower', quick), await trained(engine, 'popularity')]) {
      const { recommendations } = await recommend(engine, { run: run.id, items: ['i01', 'i02'] });
      expect(recommendations.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
      expect(recommendations.map(({ itemId }) => itemId)).not.toEqual(expect.arrayContaining(['i01']));
      // The window asks the same.
      const view = await engine.call('run.newcomerView', { run: run.id, items: ['i01', 'i02'], k: 5 });
      expect(view.recommendations.map(({ item }) => item.itemId)).toEqual(recommendations.map(({ itemId }) => itemId));
      expect(view.recommendations[0]?.item.attributes).toHaveProperty('title');
      const refused = await engine.run('run.recommend', { run: run.id, items: ['nothing', 'nobody'] });
      expect(refused.error).toMatchObject({ code: 'not_found', message: `Run ${run.id} does not know the items "nothing", "nobody".` });
      // What it does not know is named, and the others count.
      const partly = await engine.run('run.recommend', { run: run.id, items: ['i01', 'nothing', 'i02'], k: 5 });
      expect(partly.result).toMatchObject({ unknown: ['nothing'], recommendations });
      expect((await engine.call('job.log', { id: partly.id })).lines.map(({ text }) => text)).toContain(
        `Run ${run.id} does not know the item "nothing". The list is made of the others.`,
      );
      expect((await engine.call('run.newcomerView', { run: run.id, items: ['i01', 'nothing', 'i02'], k: 5 })).source).toBe(
        `${run.label}, which does not know 1 of the items`,
      );
    }
  }),
);

test('a user who came after the training is folded in from the workspace', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const run = await trained(engine, 'two-tower', quick);
    const unknown = await engine.run('run.recommend', { run: run.id, user: 'newbie' });
    expect(unknown.error?.message).toMatch(/has nothing to go by for the user "newbie": training saw no positive interaction of theirs/);

    const rows = ['i10', 'i11', 'i12'].map((item, n) => `newbie,${item},like,2030-01-01T00:0${n}:00Z`);
    await importText(engine, 'late.csv', ['user_id,item_id,event_type,timestamp', ...rows], 'interactions');
    const list = await recommend(engine, { run: run.id, user: 'newbie' });
    expect(list.foldedIn).toBe(true);
    expect(list.recommendations).toEqual((await recommend(engine, { run: run.id, items: ['i10', 'i11', 'i12'] })).recommendations);
    const view = await engine.call('run.userView', { run: run.id, user: 'newbie', k: 5 });
    expect(view.source).toBe('Two-tower, by what this user has had since the training');
    expect(view.recommendations.map(({ item }) => item.itemId)).toEqual(list.recommendations.map(({ itemId }) => itemId));
    expect((await engine.call('run.userView', { run: run.id, user: 'nobody', k: 5 })).recommendations).toEqual([]);
  }),
);

test('items to pick from are found by id and by words of their attributes', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const run = await trained(engine, 'popularity');
    const byId = await engine.call('run.items', { run: run.id, query: 'I0' });
    expect(byId.map(({ itemId }) => itemId).sort()).toEqual(['i01', 'i02', 'i03', 'i04', 'i05', 'i06', 'i07', 'i08', 'i09']);
    const [any] = await engine.call('run.items', { run: run.id, limit: 1 });
    const title = any?.attributes.title as string;
    expect((await engine.call('run.items', { run: run.id, query: title.toUpperCase() })).map(({ itemId }) => itemId)).toContain(
      any?.itemId,
    );
  }),
);

test('new items are served after a reindex, without a training', { timeout: 240_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const job = await engine.run('pipeline.build', { params: quick, port: 0 });
    expect(job.error).toBeUndefined();
    const { url, run } = job.result as PipelineResult;
    const get = async (route: string) => (await fetch(`${url}${route}`)).json() as Promise<{ items: { item_id: string }[] }>;
    expect((await fetch(`${url}/similar/new-by-both?k=3`)).status).toBe(404);

    const [, first = ''] = (await readFile(path.join(engine.folder, 'data', 'items.csv'), 'utf8')).split('\n');
    const attributes = first.slice(first.indexOf(','));
    await importText(
      engine,
      'new-items.csv',
      ['item_id,title,type,topic,tags,difficulty', `new-by-attributes${attributes}`, `new-by-both${attributes}`, 'new-unknown,,,,,'],
      'items',
    );
    const users = (await engine.call('run.users', { limit: 5 })).map(({ userId }) => userId);
    const events = users.flatMap((user) => [
      `${user},new-by-both,like,2030-01-01T00:00:00Z`,
      `${user},new-by-users,like,2030-01-01T00:01:00Z`,
    ]);
    await importText(engine, 'new-events.csv', ['user_id,item_id,event_type,timestamp', ...events], 'interactions');

    const answer = await fetch(`${url}/admin/reindex`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    const done = await engine.ended(((await answer.json()) as { job_id: string }).job_id);
    expect(done.error).toBeUndefined();
    const bundle = (await engine.call('bundle.list', {})).find(({ active }) => active);
    expect(bundle?.manifest).toMatchObject({ run, counts: { items: 83, newItems: 3 } });
    const card = await readFile(path.join(bundle?.path as string, 'model-card.md'), 'utf8');
    expect(card).toContain('0 users and 3 items came after the training.');

    for (const item of ['new-by-attributes', 'new-by-both', 'new-by-users']) {
      expect((await get(`/similar/${item}?k=3`)).items).toHaveLength(3);
    }
    // What has the attributes of i01 and nothing else is nearer to it than most.
    expect((await get('/similar/new-by-attributes?k=30')).items.map(({ item_id }) => item_id)).toContain('i01');
    expect((await fetch(`${url}/similar/new-unknown?k=3`)).status).toBe(404);
    // Everybody's whole list: the new items are in it for whoever has not had them, and not for whoever has.
    const wholeList = async (user: string): Promise<string[]> =>
      (await get(`/recommend/${encodeURIComponent(user)}?k=100`)).items.map(({ item_id }) => item_id);
    const others = (await engine.call('run.users', { limit: 20 })).map(({ userId }) => userId).slice(5);
    const lists = await Promise.all(others.map(wholeList));
    expect(lists.filter((list) => list.includes('new-by-users')).length).toBe(others.length);
    expect(await wholeList(users[0] as string)).not.toContain('new-by-both');
  }),
);

/** The served vectors of a bundle, by id. */
async function vectorsOf(folder: string): Promise<{ user(id: string): Float32Array; item(id: string): Float32Array }> {
  const { userIds, itemIds, userEmbeddings, itemEmbeddings } = await readBundle(folder);
  const rowOf = (ids: readonly string[], { columns, data }: Matrix) => {
    return (id: string): Float32Array => data.slice(ids.indexOf(id) * columns, (ids.indexOf(id) + 1) * columns);
  };
  return { user: rowOf(userIds, userEmbeddings), item: rowOf(itemIds, itemEmbeddings) };
}

test('a known user’s vector follows what they have had since the training; nobody else’s moves', { timeout: 240_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const run = await trained(engine, 'two-tower', quick);
    const pack = async () => {
      const job = await engine.run('bundle.create', { run: run.id });
      expect(job.error).toBeUndefined();
      return job.result as BundleInfo;
    };
    const before = await vectorsOf((await pack()).path);
    const [one, other] = (await engine.call('run.users', { limit: 30 })).map(({ userId }) => userId).slice(-2) as [string, string];
    const had = new Set((await engine.call('run.userView', { run: run.id, user: one })).history.map(({ item }) => item.itemId));
    const fresh = Array.from({ length: 80 }, (_, i) => `i${String(i + 1).padStart(2, '0')}`)
      .filter((id) => !had.has(id))
      .slice(0, 6);
    expect(fresh).toHaveLength(6);
    const rows = fresh.map((item, n) => `${one},${item},like,2030-01-01T00:0${n}:00Z`);
    await importText(engine, 'since.csv', ['user_id,item_id,event_type,timestamp', ...rows], 'interactions');

    const bundle = await pack();
    const after = await vectorsOf(bundle.path);
    expect(bundle.manifest.counts.updatedUsers).toBeGreaterThan(0);
    expect(await readFile(path.join(bundle.path, 'model-card.md'), 'utf8')).toMatch(
      /The vectors of \d+ users follow what they have had since/,
    );
    expect(after.user(other)).toEqual(before.user(other));
    const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, d) => sum + x * (b[d] as number), 0);
    const closeness = (vector: Float32Array): number => fresh.reduce((sum, item) => sum + dot(vector, before.item(item)), 0);
    expect(closeness(after.user(one))).toBeGreaterThan(closeness(before.user(one)));
    expect(Math.sqrt(dot(after.user(one), after.user(one)))).toBeCloseTo(1, 5);
  }),
);

test(
  'who has attributes and nothing else is served by a model that learns from attributes, and gets what is popular of others',
  { timeout: 240_000 },
  () =>
    withEngine(async (engine) => {
      await withSampleData(engine);
      await importText(engine, 'more-users.csv', ['user_id,bio', 'lonely,sea and stars', 'quiet,sea and sand'], 'users');
      const knows = async (model: string): Promise<boolean> => {
        const job = await engine.run('bundle.create', { run: (await trained(engine, model, quick)).id });
        expect(job.error).toBeUndefined();
        const { userIds, known } = await readBundle((job.result as BundleInfo).path);
        return known[userIds.indexOf('lonely')] === 1;
      };
      expect(await knows('two-tower')).toBe(true);
      expect(await knows('ials')).toBe(false);
    }),
);

test('events of a known user that a server received are in its lists after a reindex, and nobody else is moved', { timeout: 240_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const params = { epochs: 8, dimensions: 16, recent: 'on', temperature: 0.2 };
    const run = await trained(engine, 'two-tower', params);
    // Without a ranker, so that the lists are those of retrieval.
    const packed = await engine.run('bundle.create', { run: run.id });
    expect(packed.error).toBeUndefined();
    const before = await vectorsOf((packed.result as BundleInfo).path);
    const { url } = await engine.call('server.start', { port: 0 });
    const get = async (route: string): Promise<string[]> => {
      const { items } = (await (await fetch(`${url}${route}`)).json()) as { items: { item_id: string }[] };
      return items.map(({ item_id }) => item_id);
    };
    const users = (await engine.call('run.users', { limit: 120 })).map(({ userId }) => userId);
    const user = users.at(-1) as string;
    const wholeList = (): Promise<string[]> => get(`/recommend/${encodeURIComponent(user)}?k=80`);

    // Items like the one that would be recommended last of all: every other one is liked, the rest should come nearer.
    const first = await wholeList();
    const last = first.at(-1) as string;
    const alike = [last, ...(await get(`/similar/${last}?k=79`)).filter((item) => first.includes(item))].slice(0, 12);
    const liked = alike.filter((_, at) => at % 2 === 0);
    const watched = alike.filter((_, at) => at % 2 === 1);
    const events = liked.map((item_id, n) => ({ event_id: `like-${n}`, user_id: user, item_id, event_type: 'like' }));
    const post = (route: string, body: unknown): Promise<Response> =>
      fetch(`${url}${route}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    expect((await post('/events', events)).status).toBe(202);
    // At once, before the workspace had its moment to read them.
    const job = await engine.ended(((await (await post('/admin/reindex', {})).json()) as { job_id: string }).job_id);
    expect(job.error).toBeUndefined();

    const place = (list: string[]): number => {
      const rest = list.filter((item) => !liked.includes(item));
      return watched.reduce((sum, item) => sum + rest.indexOf(item), 0) / watched.length / rest.length;
    };
    const second = await wholeList();
    expect(liked.filter((item) => second.includes(item))).toEqual([]);
    // A good way up from the end of the list.
    expect(place(first)).toBeGreaterThan(0.6);
    expect(place(second)).toBeLessThan(place(first) - 0.2);

    const bundle = (await engine.call('bundle.list', {})).find(({ active }) => active) as BundleInfo;
    const after = await vectorsOf(bundle.path);
    expect(after.user(user)).not.toEqual(before.user(user));
    for (const other of users.slice(0, -1)) expect(after.user(other)).toEqual(before.user(other));
    for (const item of alike) expect(after.item(item)).toEqual(before.item(item));
  }),
);

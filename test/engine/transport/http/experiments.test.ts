import { existsSync } from 'node:fs';
import { appendFile, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Experiment } from '#contract/api/experiment-routes';
import { RecommendAnswer } from '#contract/api/recommend-routes';
import type { AdminCall } from '#contract/child-messages';
import { EngineError } from '#contract/errors';
import { writeBundle } from '../../../../engine/bundles/write-bundle.ts';
import { armOf } from '../../../../engine/serving/experiments/assignment.ts';
import { sampleContents } from '../../bundles/sample-contents.ts';
import { openTestServer, type TestServer } from './open-server.ts';

let server: TestServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const versions = { v1: { version: 'v1', seed: 1 }, v2: { version: 'v2', seed: 2 }, v3: { version: 'v3', seed: 3 } };

/** A server of v1, whose engine knows the bundles of three versions. */
async function open(options: Parameters<typeof openTestServer>[0] = {}): Promise<TestServer> {
  const opened: TestServer = await openTestServer({
    ...versions.v1,
    callEngine: async (call: AdminCall) => {
      if (call.route !== 'bundle') throw new EngineError('unsupported', 'Not in this test.');
      if (!Object.hasOwn(versions, call.version)) throw new EngineError('not_found', `There is no version ${call.version}.`);
      return { path: await opened.pack(versions[call.version as keyof typeof versions]) };
    },
    ...options,
  });
  server = opened;
  return opened;
}

const start = async (on: TestServer, more: Record<string, unknown> = {}) => {
  const { status, json } = await on.post('/admin/experiments', { name: 'new ranker', treatment: 'v2', ...more });
  expect([status, json]).toEqual([200, Experiment.parse(json)]);
  return json;
};
const find = async (on: TestServer, id = 'exp-1') => Experiment.parse((await on.ask(`/admin/experiments/${id}`)).json);
const versionOf = { control: 'v1', treatment: 'v2' } as const;
const users = Array.from({ length: 50 }, (_, at) => `u${at}`);
const usersIn = (arm: 'control' | 'treatment', id = 'exp-1') => users.filter((user) => armOf(id, user, 0.5) === arm);
const someone = { control: usersIn('control')[0] as string, treatment: usersIn('treatment')[0] as string };
const recommend = async (on: TestServer, user: string, query = '') =>
  RecommendAnswer.parse((await on.ask(`/recommend/${user}?k=5${query}`)).json);
const idsOf = (items: { item_id: string }[]) => items.map(({ item_id: id }) => id);

/** Lists as a server of one version alone makes them. */
async function listsOf(version: keyof typeof versions): Promise<Map<string, string[]>> {
  const alone = await openTestServer(versions[version]);
  const lists = new Map<string, string[]>();
  for (const user of users) lists.set(user, idsOf((await recommend(alone, user)).items));
  await alone.close();
  return lists;
}

describe('the definition', () => {
  test('has defaults, is listed newest first, and one runs at a time', async () => {
    const on = await open();
    expect(await start(on)).toMatchObject({
      id: 'exp-1',
      state: 'running',
      active: true,
      share: 0.5,
      success_events: ['click', 'like', 'purchase'],
      stop_on_harm: true,
      arms: { control: { model_version: 'v1', users: 0 }, treatment: { model_version: 'v2' } },
      difference: { value: null, low: null, high: null },
      p_value: 1,
    });
    const second = await on.post('/admin/experiments', { name: 'another', treatment: 'v3' });
    expect([second.status, second.json.detail]).toEqual([409, expect.stringMatching(/exp-1 .*\/admin\/experiments\/exp-1\/stop/)]);
    const stopped = await on.ask('/admin/experiments/exp-1/stop', { method: 'POST' });
    expect([stopped.status, stopped.json]).toMatchObject([200, { state: 'stopped', active: false, ended_because: expect.any(String) }]);
    // Again, it stays as it is.
    expect((await on.post('/admin/experiments/exp-1/stop', {})).json).toEqual(stopped.json);
    await start(on, { treatment: 'v3' });
    expect((await on.ask('/admin/experiments')).json.experiments.map(({ id }: Experiment) => id)).toEqual(['exp-2', 'exp-1']);
    expect(on.news.map(({ name, experiment }) => `${name} ${experiment.id}`)).toEqual([
      'experiment_started exp-1',
      'experiment_ended exp-1',
      'experiment_started exp-2',
    ]);
  });

  test.each([
    [{ treatment: 'v9' }, 404, /no version v9/],
    [{ treatment: 'v1' }, 400, /served version itself/],
    [{ share: 0.6 }, 400, /share/],
    [{ share: 0 }, 400, /share/],
    [{ success_events: [] }, 400, /success_events/],
    [{ arms: 3 }, 400, /arms/],
  ])('%j is refused in words, and nothing runs', async (more, status, words) => {
    const on = await open();
    const answer = await on.post('/admin/experiments', { name: 'x', treatment: 'v2', ...more });
    expect([answer.status, answer.json.detail]).toEqual([status, expect.stringMatching(words)]);
    expect((await on.ask('/admin/experiments')).json).toEqual({ experiments: [] });
    expect((await recommend(on, 'u1')).experiment).toBeNull();
  });

  test('an unknown one is not found; a bundle served alone has nothing to compare with', async () => {
    const on = await open({ callEngine: undefined as never });
    expect((await on.ask('/admin/experiments/exp-7')).status).toBe(404);
    expect((await on.post('/admin/experiments/exp-7/stop', {})).status).toBe(404);
    expect((await on.post('/admin/experiments', { name: 'x', treatment: 'v2' })).status).toBe(501);
  });

  test('a bundle that fails its self-check gets no user', async () => {
    const on = await open({ callEngine: async () => ({ path: path.join((server as TestServer).folder, 'bundle-broken') }) });
    const contents = sampleContents({ version: 'broken', ranker: false });
    // Their scores overflow.
    contents.itemEmbeddings.data.fill(3e38);
    contents.userEmbeddings.data.fill(3e38);
    await writeBundle(path.join(on.folder, 'bundle-broken'), contents);
    const answer = await on.post('/admin/experiments', { name: 'x', treatment: 'broken' });
    expect([answer.status, answer.json.code]).toEqual([422, 'bundle_refused']);
    expect((await recommend(on, someone.treatment)).experiment).toBeNull();
  });

  test('who started and who ended one is in the audit log', async () => {
    const on = await open();
    await start(on);
    await on.post('/admin/experiments/exp-1/stop', {});
    const { entries } = (await on.ask('/admin/audit?limit=2')).json;
    expect(entries.map(({ action, target, outcome }: Record<string, string>) => [action, target, outcome])).toEqual([
      ['stopExperiment', 'exp-1', 'done'],
      ['startExperiment', '', 'done'],
    ]);
  });
});

describe('while it is active', () => {
  test('the erasure of a user ends it, and its log names nobody', async () => {
    const on = await open();
    await start(on);
    for (const user of users) await recommend(on, user);
    await on.service.forget(someone.treatment);
    expect(await find(on)).toMatchObject({ active: false, ended_because: 'The data of a user was erased.' });
    expect((await recommend(on, someone.treatment)).experiment).toBeNull();
    const log = await readFile(path.join(on.folder, 'experiments', 'exp-1.ndjson'), 'utf8');
    expect(log.split('\n').filter(Boolean)).toHaveLength(users.length);
    for (const user of users) expect(log).not.toContain(`"${user}"`);
  });

  test('each user is answered by the version of their arm, from the cache too, and by the served one when it has ended', async () => {
    const [control, treatment] = [await listsOf('v1'), await listsOf('v2')];
    expect([...control.entries()].filter(([user, list]) => String(list) === String(treatment.get(user)))).toEqual([]);
    const on = await open();
    // In the cache of the served version before it starts.
    for (const user of users) await recommend(on, user);
    await start(on);
    for (const round of [1, 2]) {
      for (const user of users) {
        const arm = armOf('exp-1', user, 0.5);
        const answer = await recommend(on, user);
        expect(answer).toMatchObject({ experiment: `exp-1:${arm}`, model_version: versionOf[arm] });
        expect(idsOf(answer.items)).toEqual((arm === 'control' ? control : treatment).get(user));
        expect(answer.cached).toBe(arm === 'control' || round === 2);
      }
    }
    await on.post('/admin/experiments/exp-1/stop', {});
    for (const user of users) {
      const answer = await recommend(on, user);
      expect(answer).toMatchObject({ experiment: null, model_version: 'v1' });
      expect(idsOf(answer.items)).toEqual(control.get(user));
    }
  });

  test('batches, suggestions and feeds come from the arm, and each list counts as shown', async () => {
    const on = await open();
    await start(on);
    const batch = await on.post('/recommend/batch', { user_ids: users, k: 3 });
    expect(batch.json.lists.map((one: RecommendAnswer) => [one.user_id, one.experiment, one.model_version])).toEqual(
      users.map((user) => [user, `exp-1:${armOf('exp-1', user, 0.5)}`, versionOf[armOf('exp-1', user, 0.5)]]),
    );
    const lines = await on.post('/recommend/batch', { user_ids: users, k: 3 }, { accept: 'application/x-ndjson' });
    expect(
      lines.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).experiment),
    ).toEqual(users.map((user) => `exp-1:${armOf('exp-1', user, 0.5)}`));
    for (const arm of ['control', 'treatment'] as const) {
      const user = someone[arm];
      const ranked = await on.post('/suggest', { user_id: user, candidates: ['i40', 'i41', 'i42'] });
      const proposed = await on.post('/suggest', { user_id: user, k: 3 });
      const first = await on.ask(`/api/feeds?user_id=${user}&limit=5`);
      const second = await on.ask(`/api/feeds?user_id=${user}&limit=5&cursor=${first.json.next_cursor}`);
      expect([ranked.json.model_version, proposed.json.model_version]).toEqual([versionOf[arm], versionOf[arm]]);
      expect([first, second].map(({ json }) => json.metadata.model_version)).toEqual([versionOf[arm], versionOf[arm]]);
      const told = [ranked.json, proposed.json, first.json.metadata, second.json.metadata].map(({ experiment }) => experiment);
      expect(new Set(told)).toEqual(new Set([`exp-1:${arm}`]));
    }
    const { arms } = await find(on);
    for (const arm of ['control', 'treatment'] as const) {
      const count = usersIn(arm).length;
      expect(arms[arm]).toMatchObject({ users: count, lists: 2 * count + 4 });
    }
    expect((await on.ask('/metrics')).text).toContain(
      `recsmith_experiment_exposures_total{arm="treatment"} ${2 * usersIn('treatment').length + 4}`,
    );
  });

  test("a page of a list that was made before it began is nobody's", async () => {
    const on = await open();
    const user = someone.treatment;
    const first = await on.ask(`/api/feeds?user_id=${user}&limit=5`);
    await start(on);
    const second = await on.ask(`/api/feeds?user_id=${user}&limit=5&cursor=${first.json.next_cursor}`);
    expect(second.json.metadata.model_version).toBe('v1');
    expect((await find(on)).arms).toMatchObject({ control: { lists: 0 }, treatment: { lists: 0 } });
  });

  test('a success is an event of the right type on an item that was shown, once', async () => {
    const on = await open();
    await start(on);
    const user = someone.treatment;
    const [first, second, third] = idsOf((await recommend(on, user)).items) as [string, string, string];
    const event = (item_id: string, event_type: string, more = {}) => ({ user_id: user, item_id, event_type, ...more });
    await on.post('/events', [
      event(first, 'click', { event_id: 'once' }),
      event(first, 'purchase'),
      event(second, 'view'),
      event(third, 'like', { timestamp: Date.now() - 3_600_000 }),
      event('i-never-shown', 'click'),
      { ...event(first, 'click'), user_id: someone.control },
    ]);
    await on.post('/events', event(first, 'click', { event_id: 'once' }));
    const { arms, difference } = await find(on);
    expect(arms.treatment).toMatchObject({
      users: 1,
      successful_users: 1,
      lists: 1,
      successful_lists: 1,
      successes: 1,
      successes_per_list: 1,
    });
    expect(arms.treatment.user_success_rate).toMatchObject({ value: 1, high: 1 });
    expect(arms.control).toMatchObject({ users: 0, successes: 0, user_success_rate: { value: null } });
    expect(difference.value).toBeNull();
    expect((await on.ask('/metrics')).text).toContain('recsmith_experiment_successes_total{arm="treatment"} 1');
  });

  test('the treatment learns of events as the served version does: what a user had is left out', async () => {
    const on = await open();
    await start(on);
    const user = someone.treatment;
    const [first] = idsOf((await recommend(on, user)).items);
    await on.post('/events', { user_id: user, item_id: first, event_type: 'click' });
    const answer = await recommend(on, user);
    expect([answer.experiment, answer.cached]).toEqual(['exp-1:treatment', false]);
    expect(idsOf(answer.items)).not.toContain(first);
  });

  test('the served version is not changed under it, in words; afterwards it is', async () => {
    const on = await open();
    await start(on);
    const next = await on.pack(versions.v3);
    await expect(on.service.swap(next)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/exp-1 compares with the served version\. End it first: POST \/admin\/experiments\/exp-1\/stop/),
    });
    expect((await recommend(on, someone.control)).model_version).toBe('v1');
    await on.post('/admin/experiments/exp-1/stop', {});
    expect(await on.service.swap(next)).toBe('v3');
    expect((await recommend(on, someone.treatment)).model_version).toBe('v3');
  });

  test('a start and a swap at the same time are one after the other', async () => {
    const on = await open();
    const next = await on.pack(versions.v3);
    await on.pack(versions.v2);
    const [started, swapped] = await Promise.allSettled([
      on.post('/admin/experiments', { name: 'x', treatment: 'v2' }),
      on.service.swap(next),
    ]);
    const { arms } = await find(on);
    expect(started).toMatchObject({ status: 'fulfilled', value: { status: 200 } });
    expect(arms.control.model_version).toBe(swapped.status === 'fulfilled' ? 'v3' : 'v1');
    expect((await recommend(on, someone.control)).model_version).toBe(arms.control.model_version);
  });
});

/** Shows a list to so many new users, and lets a share of them of each arm click. */
async function run(on: TestServer, count: number, rates: { control: number; treatment: number }, from = 0): Promise<void> {
  const people = Array.from({ length: count }, (_, at) => `new-${from + at}`);
  const { lists } = (await on.post('/recommend/batch', { user_ids: people, k: 5 })).json as { lists: RecommendAnswer[] };
  const seen = { control: 0, treatment: 0 };
  const clicks = lists.flatMap(({ user_id, experiment, items }) => {
    if (experiment === null) return [];
    const arm = experiment.endsWith('control') ? 'control' : 'treatment';
    seen[arm] += 1;
    const before = Math.floor((seen[arm] - 1) * rates[arm]);
    return Math.floor(seen[arm] * rates[arm]) > before ? [{ user_id, item_id: items[0]?.item_id, event_type: 'click' }] : [];
  });
  await on.post('/events', clicks);
}

describe('the sequential test', () => {
  test('ends what does harm by itself: everybody is answered by the served version again', async () => {
    const on = await open();
    await start(on);
    await run(on, 900, { control: 0.3, treatment: 0.02 });
    const ended = await find(on);
    expect(ended).toMatchObject({ state: 'harm', active: false, ended_because: expect.stringMatching(/treatment is worse/) });
    expect(ended.p_value).toBeLessThanOrEqual(0.05);
    expect(ended.difference.high).toBeLessThan(0);
    for (const user of users) expect(await recommend(on, user)).toMatchObject({ experiment: null, model_version: 'v1' });
    expect(on.news.map(({ name, automatic }) => [name, automatic])).toEqual([
      ['experiment_started', false],
      ['experiment_verdict', true],
      ['experiment_ended', true],
    ]);
    const next = await on.pack(versions.v3);
    expect(await on.service.swap(next)).toBe('v3');
  });

  test('with stop_on_harm off it says so and goes on; a treatment that is better goes on, too', async () => {
    const on = await open();
    await start(on, { stop_on_harm: false });
    await run(on, 900, { control: 0.3, treatment: 0.02 });
    expect(await find(on)).toMatchObject({ state: 'harm', active: true, ended_at: null });
    await on.post('/admin/experiments/exp-1/stop', {});
    expect(await find(on)).toMatchObject({ state: 'harm', active: false });
    await start(on);
    await run(on, 900, { control: 0.02, treatment: 0.3 }, 1000);
    const won = await find(on, 'exp-2');
    expect(won).toMatchObject({ state: 'win', active: true });
    expect(won.difference.low).toBeGreaterThan(0);
  });
});

describe('over a restart', () => {
  const again = async (change: (folder: string) => Promise<unknown> = async () => undefined, options = {}): Promise<TestServer> => {
    const { folder } = server as TestServer;
    await server?.close(true);
    await change(folder);
    return open({ at: folder, ...options });
  };

  test('it goes on: the same arms, the same figures', async () => {
    let on = await open();
    await start(on, { share: 0.3 });
    await run(on, 300, { control: 0.3, treatment: 0.25 });
    const before = await find(on);
    expect(before.arms.treatment.successes).toBeGreaterThan(5);
    on = await again();
    expect(await find(on)).toEqual(before);
    for (const user of users) expect((await recommend(on, user)).experiment).toBe(`exp-1:${armOf('exp-1', user, 0.3)}`);
    expect((await on.post('/admin/experiments', { name: 'x', treatment: 'v3' })).status).toBe(409);
  });

  test('one that ended keeps its figures, and its number is not given again', async () => {
    let on = await open();
    await start(on);
    await run(on, 50, { control: 0.5, treatment: 0.5 });
    await on.post('/admin/experiments/exp-1/stop', {});
    const before = await find(on);
    on = await again();
    expect(await find(on)).toEqual(before);
    expect((await recommend(on, someone.treatment)).experiment).toBeNull();
    expect(await start(on)).toMatchObject({ id: 'exp-2' });
  });

  test('events whose success was not written yet count; a torn last line is no loss of the others', async () => {
    let on = await open();
    await start(on);
    await run(on, 100, { control: 0.5, treatment: 0.5 });
    const before = await find(on);
    on = await again(async (folder) => {
      const file = path.join(folder, 'experiments', 'exp-1.ndjson');
      const lines = (await readFile(file, 'utf8')).trim().split('\n');
      // As a kill leaves it: lists are written, the successes are only in the event log.
      await rm(file);
      await appendFile(file, `${lines.filter((line) => line.includes('"i":')).join('\n')}\n{"t":17`);
    });
    expect((await find(on)).arms).toEqual(before.arms);
  });

  test.each([
    ['the treatment is gone', (folder: string) => rm(path.join(folder, 'bundle-v2'), { recursive: true }), {}, /could not be loaded/],
    ['another version is served', async () => undefined, versions.v3, /started with version v3 instead of v1/],
  ])('it ends, and says why, where %s', async (_what, change, options, words) => {
    let on = await open();
    await start(on);
    await run(on, 40, { control: 0.5, treatment: 0.5 });
    const { arms } = await find(on);
    on = await again(change, options);
    expect(await find(on)).toMatchObject({ state: 'stopped', active: false, ended_because: expect.stringMatching(words), arms });
    expect((await recommend(on, someone.treatment)).experiment).toBeNull();
    expect(on.news).toMatchObject([{ name: 'experiment_ended', automatic: true }]);
  });

  test('nothing that is kept names a user, and once it has ended nobody can find out', async () => {
    const on = await open();
    await start(on);
    const user = 'someone@example.org';
    const [first] = idsOf((await recommend(on, user)).items);
    await on.post('/events', { user_id: user, item_id: first, event_type: 'click' });
    const folder = path.join(on.folder, 'experiments');
    const definition = async () => JSON.parse(await readFile(path.join(folder, 'exp-1.json'), 'utf8'));
    expect((await definition()).salt).toMatch(/^[\w-]{22}$/);
    await on.post('/admin/experiments/exp-1/stop', {});
    expect(await definition()).toMatchObject({ active: false, salt: null });
    const log = await readFile(path.join(folder, 'exp-1.ndjson'), 'utf8');
    expect(log.trim().split('\n')).toHaveLength(2);
    expect(log + JSON.stringify(await definition()) + (await on.ask('/admin/experiments')).text).not.toContain('someone');
  });

  test('lists that were shown are on disk after a second or so, without being waited for', async () => {
    const on = await open();
    await start(on);
    await recommend(on, 'u1');
    const file = path.join(on.folder, 'experiments', 'exp-1.ndjson');
    expect(existsSync(file)).toBe(true);
    await vi.waitFor(async () => expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(2), { timeout: 3000 });
    expect(JSON.parse((await readFile(file, 'utf8')).trim())).toMatchObject({
      u: expect.stringMatching(/^[\w-]{16}$/),
      a: armOf('exp-1', 'u1', 0.5),
      i: { length: 5 },
    });
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { PipelineResult } from '#contract/pipeline';
import { routes } from '#contract/routes';
import { type TestEngine, withEngine, withSampleData } from '../../support/engine.ts';

const quick = { params: { epochs: 3 } };
/** Small batches and all the patience there is: longer than any test waits. */
const endless = { epochs: 400, patience: 100, batchSize: 16 };

async function getJson(url: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

async function builtAndServed(engine: TestEngine): Promise<PipelineResult> {
  await withSampleData(engine);
  const job = await engine.run('pipeline.build', { ...quick, port: 0 });
  expect(job.error).toBeUndefined();
  expect(job.stages?.map((stage) => [stage.id, stage.status])).toEqual(
    ['data', 'retrieval', 'evaluation', 'ranking', 'index', 'bundle', 'serve'].map((id) => [id, 'succeeded']),
  );
  return job.result as PipelineResult;
}

test('the pipeline ends in a port that answers with the model, and the loop closes', { timeout: 240_000 }, () =>
  withEngine(async (engine) => {
    const result = await builtAndServed(engine);
    expect(result.table.map((row) => row.label)).toHaveLength(4);

    // The least active user: there is enough left to recommend.
    const user = (await engine.call('run.users', { limit: 200 })).at(-1)?.userId as string;
    const first = await getJson(`${result.url}/recommend/${encodeURIComponent(user)}`);
    expect(first.source).toBe('ranker');
    const items = (first.items as { item_id: string }[]).map((item) => item.item_id);
    expect(items).toHaveLength(10);

    // The filter that the documentation shows works on the sample.
    const [, filter] = /such as (.+)$/.exec(routes.recommend.query.shape.filter.unwrap().description ?? '') ?? [];
    const filtered = await getJson(`${result.url}/recommend/nobody?filter=${encodeURIComponent(filter as string)}`);
    expect((filtered.items as unknown[]).length).toBe(10);

    // Nothing that the user had already is recommended.
    const view = await engine.call('run.userView', { run: result.run, user, k: 10 });
    const had = new Set(view.history.map((entry) => entry.item.itemId));
    // What was held out, of whomever there is some, is told apart from what was learned and thus never recommended.
    const told = new Set<boolean>();
    for (const { userId } of await engine.call('run.users', { limit: 40 })) {
      const { history, recommendations } = await engine.call('run.userView', { run: result.run, user: userId, k: 10 });
      const learned = new Set(history.filter(({ trained }) => trained).map(({ item }) => item.itemId));
      for (const { trained } of history) told.add(trained);
      expect(recommendations.filter(({ item }) => learned.has(item.itemId))).toEqual([]);
    }
    expect(told).toEqual(new Set([true, false]));
    expect(items.filter((item) => had.has(item))).toEqual([]);

    // An event that the server acknowledges is in the workspace a moment later, once, and its item is left out from then on.
    const event = { event_id: 'e-1', user_id: user, item_id: items[0], event_type: 'like' };
    const stranger = { event_id: 'e-2', user_id: user, item_id: 'not-generated', event_type: 'like' };
    const post = (): Promise<Response> =>
      fetch(`${result.url}/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([event, stranger]),
      });
    expect((await post()).status).toBe(202);
    expect((await post()).status).toBe(202);
    const next = await getJson(`${result.url}/recommend/${encodeURIComponent(user)}`);
    expect((next.items as { item_id: string }[]).map((item) => item.item_id)).not.toContain(items[0]);
    await expect.poll(async () => (await engine.call('data.profile', {})).interactions, { timeout: 5000 }).toBe(6002);

    // A new user is answered by popularity, and training again swaps the running server to a new bundle that knows the event.
    expect((await getJson(`${result.url}/recommend/nobody-knows-me`)).source).toBe('popularity');
    const before = (await getJson(`${result.url}/health`)).model_version;
    // Events go on coming while it trains: they are for the next time, and harm nothing.
    let number = 0;
    const stream = setInterval(() => {
      number += 1;
      const body = JSON.stringify({ event_id: `n-${number}`, user_id: 'newbie', item_id: items[number % 9], event_type: 'like' });
      void fetch(`${result.url}/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    }, 150);
    const answer = await fetch(`${result.url}/admin/train`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'two-tower', params: quick.params }),
    });
    expect(answer.status).toBe(202);
    const { job_id: id } = (await answer.json()) as { job_id: string };
    const job = await engine.ended(id);
    clearInterval(stream);
    expect(job.error).toBeUndefined();
    expect((await getJson(`${result.url}/admin/jobs/${id}`)).status).toBe('succeeded');
    expect((await getJson(`${result.url}/health`)).model_version).not.toBe(before);
    const retrained = await engine.call('run.get', { id: (job.result as PipelineResult).run });
    const old = await engine.call('run.get', { id: result.run });
    expect(retrained.dataFingerprint).not.toBe(old.dataFingerprint);

    // An item that was not generated has no place in the oracle's lists: the best reachable stays what it was, but for the cut that moved a little.
    expect(Math.abs((retrained.oracle?.['ndcg@10'] as number) - (old.oracle?.['ndcg@10'] as number))).toBeLessThan(0.03);

    // A model that cannot be served is refused at once.
    const refused = await fetch(`${result.url}/admin/train`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'nope' }),
    });
    expect(refused.status).toBe(400);

    // The index is built again for what is served, ranker and all, whatever was trained since.
    await engine.run('run.train', { model: 'two-tower', params: { epochs: 1 } });
    const reindexed = await fetch(`${result.url}/admin/reindex`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'hnsw' }),
    });
    const done = await engine.ended(((await reindexed.json()) as { job_id: string }).job_id);
    expect(done.error).toBeUndefined();
    const bundles = await engine.call('bundle.list', {});
    const active = bundles.find((bundle) => bundle.active);
    expect(active?.manifest).toMatchObject({
      run: retrained.id,
      vectorIndex: { kind: 'hnsw' },
      ranker: { run: (job.result as PipelineResult).ranker },
    });
    // Its ranker has counted what had come when it was trained, and is told the rest.
    const ranker = await engine.call('run.get', { id: (job.result as PipelineResult).ranker as string });
    expect(ranker.eventsThrough).toBeGreaterThan(Date.now() - 240_000);
    expect(active?.manifest.eventsThrough).toBe(ranker.eventsThrough);
    expect((await engine.call('run.get', { id: result.ranker as string })).eventsThrough).toBe(0);
    expect((await getJson(`${result.url}/recommend/${encodeURIComponent(user)}`)).source).toBe('ranker');

    // The bundle before is one call away, and the server swaps to it; the one before that is gone, since nobody made it by hand.
    expect(bundles.map((bundle) => bundle.id)).toEqual([active?.id, (job.result as PipelineResult).bundle]);
    const previous = bundles[1] as (typeof bundles)[number];
    await engine.call('bundle.activate', { id: previous.id });
    expect((await getJson(`${result.url}/health`)).model_version).toBe(previous.manifest.version);
  }),
);

test('events that were acknowledged are there after closing at once and opening again', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    const { url } = await builtAndServed(engine);
    const body = JSON.stringify([1, 2, 3].map((n) => ({ event_id: `last-${n}`, user_id: 'u', item_id: 'i', event_type: 'view' })));
    const answer = await fetch(`${url}/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(answer.status).toBe(202);
    await engine.call('workspace.close', {});
    await engine.call('workspace.open', { path: path.join(engine.folder, 'w') });
    expect((await engine.call('data.profile', {})).interactions).toBe(6003);
  }),
);

test('whoever came after the cut is folded in from what they did, and is no stranger to the server', { timeout: 240_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    // Ten events of a user whom the training part cannot know: the newest of all.
    const late = path.join(engine.folder, 'late.csv');
    const rows = Array.from({ length: 10 }, (_, n) => `newbie,i0${10 + n},like,2030-01-01T00:0${n}:00Z`);
    await writeFile(late, `user_id,item_id,event_type,timestamp\n${rows.join('\n')}\n`);
    await engine.run('data.import', { paths: [late] });
    const job = await engine.run('pipeline.build', { ...quick, port: 0 });
    const { url } = job.result as PipelineResult;
    const list = await getJson(`${url}/recommend/newbie`);
    expect(list.source).toBe('ranker');
    expect((list.items as unknown[]).length).toBe(10);
  }),
);

test('two pipelines with one seed give the same metrics to the last digit, and files that are equal', { timeout: 240_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const results: PipelineResult[] = [];
    for (let i = 0; i < 2; i++) results.push((await engine.run('pipeline.build', { ...quick, serve: false })).result as PipelineResult);
    const [one, two] = results as [PipelineResult, PipelineResult];
    expect(two.table).toEqual(one.table);
    const weights = (id: string | null) => readFile(path.join(engine.folder, 'w', 'runs', id as string, 'model.safetensors'));
    expect((await weights(two.run)).equals(await weights(one.run))).toBe(true);
    expect((await weights(two.ranker)).equals(await weights(one.ranker))).toBe(true);
  }),
);

test('a server that is killed is told as failed, harms nothing, and starts again', { timeout: 240_000 }, () =>
  withEngine(async (engine) => {
    await builtAndServed(engine);
    engine.children
      .filter(({ entry }) => entry === 'server')
      .at(-1)
      ?.child.kill();
    await expect.poll(async () => (await engine.call('server.status', {})).state, { timeout: 5000 }).toBe('failed');
    expect((await engine.call('server.status', {})).problem).toMatch(/stopped unexpectedly/);
    expect((await engine.call('data.profile', {})).interactions).toBe(6000);
    const again = await engine.call('server.start', { port: 0 });
    expect((await getJson(`${again.url}/health`)).status).toBe('ok');
  }),
);

test('a trainer that is killed fails its job, and the workspace is unharmed', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const started = await engine.call('run.train', { model: 'two-tower', params: endless });
    await expect.poll(() => engine.children.some(({ entry }) => entry === 'trainer'), { timeout: 10_000 }).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const killed = performance.now();
    engine.children.at(-1)?.child.kill();
    const job = await engine.ended(started.id);
    expect(job.status).toBe('failed');
    expect(job.error).toMatchObject({ code: 'process_died', details: { signal: 'SIGKILL' } });
    // It is told by the end of the process, not by waiting for it: far less than the training would have taken.
    expect(performance.now() - killed).toBeLessThan(10_000);
    expect(await engine.call('run.list', {})).toEqual([]);
  }),
);

test('a training stops when it is cancelled', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const started = await engine.call('run.train', { model: 'two-tower', params: endless });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const asked = performance.now();
    await engine.call('job.cancel', { id: started.id });
    expect((await engine.ended(started.id)).status).toBe('cancelled');
    // Far less than the training would have taken, however busy the machine.
    expect(performance.now() - asked).toBeLessThan(10_000);
  }),
);

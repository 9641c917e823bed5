import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { BundleInfo } from '#contract/bundle';
import { type TestEngine, withEngine, withSampleData } from '../../support/engine.ts';

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came.
  json: any;
}

interface Served {
  get(target: string): Promise<Answer>;
  post(target: string, type?: string, body?: string): Promise<Answer>;
  /** The answer of a job's route once the job has ended. */
  ended(id: string): Promise<Answer>;
  uploads(): Promise<string[]>;
}

/** A workspace with two bundles, the second one served. */
async function serve(engine: TestEngine): Promise<Served & { bundles: BundleInfo[] }> {
  await withSampleData(engine);
  const trained = await engine.run('run.train', { model: 'ials', params: { epochs: 2, dimensions: 8 } });
  const { id: run } = trained.result as { id: string };
  for (let i = 0; i < 2; i++) {
    const made = await engine.run('bundle.create', { run });
    if (made.status !== 'succeeded') throw new Error(made.error?.message);
  }
  const { url } = await engine.call('server.start', { port: 0 });
  const ask = async (target: string, init: RequestInit = {}): Promise<Answer> => {
    const answer = await fetch(`${url}${target}`, init);
    return { status: answer.status, json: await answer.json() };
  };
  const get = (target: string): Promise<Answer> => ask(target);
  return {
    bundles: await engine.call('bundle.list', {}),
    get,
    post: (target, type, body) =>
      ask(target, { method: 'POST', ...(type ? { headers: { 'content-type': type } } : {}), ...(body === undefined ? {} : { body }) }),
    async ended(id) {
      await engine.ended(id);
      return get(`/admin/jobs/${id}`);
    },
    uploads: () => readdir(path.join(engine.folder, 'w', 'uploads')),
  };
}

test('uploads are read into the workspace by a job that tells its counts, and no file is left', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    const { get, post, ended, uploads } = await serve(engine);
    const count = async (): Promise<number> => (await engine.call('workspace.current', {}))?.interactions ?? 0;
    const before = await count();
    const upload = async (target: string, type: string, body: string): Promise<Answer> => {
      const started = await post(target, type, body);
      expect(started).toMatchObject({ status: 202, json: { job_id: expect.any(String), bytes: Buffer.byteLength(body) } });
      return ended(started.json.job_id);
    };
    const csv =
      'user_id,item_id,event_type,timestamp\nnew,i1,view,2026-01-01T00:00:00Z\nnew,i2,view,2026-01-01T00:00:01Z\n,i3,view,2026-01-01\n';
    const first = await upload('/admin/interactions', 'text/csv', csv);
    expect(first).toMatchObject({
      status: 200,
      json: { kind: 'upload', status: 'succeeded', result: { read: 3, accepted: 2, rejected: 1, duplicates: 0, unchanged: false } },
    });
    const again = await upload('/admin/interactions', 'text/csv', csv);
    expect(again.json.result).toMatchObject({ read: 3, accepted: 0, rejected: 1, duplicates: 2, unchanged: true });
    const lines = ['i3', 'i4'].map((item_id) => JSON.stringify({ user_id: 'new', item_id, event_type: 'like', timestamp: 1_767_225_600 }));
    const ndjson = await upload('/admin/interactions', 'application/x-ndjson', `${lines.join('\n')}\n`);
    expect(ndjson.json.result).toMatchObject({ read: 2, accepted: 2, rejected: 0 });
    const array = await upload('/admin/interactions', 'application/json', `[${lines[0]?.replace('i3', 'i5')}]`);
    expect(array.json.result).toMatchObject({ read: 1, accepted: 1 });
    expect((await count()) - before).toBe(5);
    const items = await upload('/admin/items', 'application/json', '[{"item_id":"brand new","category":"video","price":3}]');
    expect(items.json.result).toMatchObject({ read: 1, accepted: 1 });
    const wrong = await upload('/admin/items', 'text/csv', 'colour,size\nred,1\n');
    expect(wrong.json).toMatchObject({ status: 'failed', error: expect.stringMatching(/item/) });
    // The window is told where a file lies, and who asks by HTTP its name alone.
    const job = await engine.call('job.get', { id: wrong.json.job_id });
    expect(job.error?.message).toContain(engine.folder);
    expect(JSON.stringify(wrong.json)).not.toContain(engine.folder);
    expect(await uploads()).toEqual([]);
    expect((await get('/admin/jobs/job-999')).status).toBe(404);
    expect((await post('/admin/items', 'text/csv', '')).status).toBe(400);
    expect((await post('/admin/items', 'text/plain', 'x')).status).toBe(415);
    expect(await uploads()).toEqual([]);
  }),
);

test('files are removed of uploads that are cancelled, refused, or left by a server that died', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    const { post, uploads } = await serve(engine);
    const row = (i: number): string => `user_id,item_id\nu${i},i1\n`;
    // What holds the queue, so that uploads wait.
    const busy = await engine.call('data.generate', { out: path.join(engine.folder, 'busy'), events: 3_000_000 });
    const answers: Answer[] = [];
    for (let i = 0; i < 9; i++) answers.push(await post('/admin/interactions', 'text/csv', row(i)));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 8 }, () => 202), 503]);
    expect(answers[8]?.json.detail).toMatch(/8 uploads wait/);
    expect(await uploads()).toHaveLength(8);
    for (const { json } of answers.slice(0, 8)) await engine.call('job.cancel', { id: json.job_id });
    await engine.call('job.cancel', { id: busy.id });
    for (const { json } of answers.slice(0, 8)) expect((await engine.ended(json.job_id)).status).toBe('cancelled');
    await expect.poll(uploads).toEqual([]);

    await engine.call('server.stop', {});
    await writeFile(path.join(engine.folder, 'w', 'uploads', 'left.csv'), 'user_id,it');
    await engine.call('server.start', { port: 0 });
    expect(await uploads()).toEqual([]);
  }),
);

test('versions are listed, served and rolled back by HTTP; a refused one changes nothing', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    const { get, post, bundles } = await serve(engine);
    const [newest, oldest] = bundles.map(({ manifest }) => manifest.version) as [string, string];
    const active = async (): Promise<string[]> =>
      (await get('/admin/models')).json.models
        .filter((model: { active: boolean }) => model.active)
        .map((model: { version: string }) => model.version);
    const { status, json } = await get('/admin/models');
    expect(status).toBe(200);
    expect(json.models).toEqual([
      expect.objectContaining({
        version: newest,
        model: 'ials',
        active: true,
        metrics: expect.objectContaining({ 'ndcg@10': expect.any(Number) }),
      }),
      expect.objectContaining({ version: oldest, active: false, created_at: expect.stringMatching(/^\d{4}-/) }),
    ]);
    expect(await post(`/admin/models/${oldest}/activate`)).toEqual({ status: 200, json: { model_version: oldest } });
    expect((await get('/health')).json.model_version).toBe(oldest);
    expect(await active()).toEqual([oldest]);
    expect((await engine.call('workspace.current', {}))?.activeBundle).toBe(`bundle-${oldest}`);

    const file = path.join(engine.folder, 'w', 'bundles', `bundle-${newest}`, 'model.safetensors');
    const bytes = await readFile(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    await writeFile(file, bytes);
    expect(await post(`/admin/models/${newest}/activate`)).toMatchObject({ status: 422, json: { code: 'bundle_refused' } });
    expect((await get('/health')).json.model_version).toBe(oldest);
    expect(await active()).toEqual([oldest]);
    for (const version of ['nothing', '..%2f..%2fdata', '%2e%2e'])
      expect((await post(`/admin/models/${version}/activate`)).status, version).toBe(404);
  }),
);

test('an experiment takes another bundle of the workspace, and the served one stays while it is active', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    const { get, post, bundles } = await serve(engine);
    const [newest, oldest] = bundles.map(({ manifest }) => manifest.version) as [string, string];
    const start = (treatment: string) =>
      post('/admin/experiments', 'application/json', JSON.stringify({ name: 'the one before', treatment, success_events: ['like'] }));
    expect((await start('nothing')).status).toBe(404);
    expect(await start(oldest)).toMatchObject({
      status: 200,
      json: { id: 'exp-1', active: true, arms: { control: { model_version: newest }, treatment: { model_version: oldest } } },
    });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => get(`/recommend/u${at}`)));
    expect(new Set(answers.map(({ json }) => `${json.experiment} ${json.model_version}`))).toEqual(
      new Set([`exp-1:control ${newest}`, `exp-1:treatment ${oldest}`]),
    );
    expect(await post(`/admin/models/${oldest}/activate`)).toMatchObject({ status: 409, json: { detail: expect.stringMatching(/exp-1/) } });
    expect((await engine.call('workspace.current', {}))?.activeBundle).toBe(`bundle-${newest}`);
    await engine.call('server.stop', {});
    const { url } = await engine.call('server.start', { port: 0 });
    const resumed = (await (await fetch(`${url}/admin/experiments/exp-1`)).json()) as {
      active: boolean;
      arms: Record<string, { users: number }>;
    };
    expect([resumed.active, (resumed.arms.control?.users ?? 0) + (resumed.arms.treatment?.users ?? 0)]).toEqual([true, 40]);
    await fetch(`${url}/admin/experiments/exp-1/stop`, { method: 'POST' });
    expect((await fetch(`${url}/admin/models/${oldest}/activate`, { method: 'POST' })).status).toBe(200);
  }),
);

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import type { Job } from '#contract/job';
import { type TestEngine, withEngine, withSampleData } from '../../support/engine.ts';
import { withFolder } from '../../support/folders.ts';

/** With signs that file formats, SQL and addresses spell in their own ways. */
const user = 'zelda/7f3a91c4 "ö" it\'s';
const spellings = [user, JSON.stringify(user).slice(1, -1), user.replaceAll("'", "''")];
const mark = '7f3a91c4';
const email = 'only-zelda@example.invalid';
const other = 'u001';
const cli = path.resolve(__dirname, '..', '..', '..', 'dist', 'engine', 'cli.cjs');

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came.
  json: any;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

/** Whether any cell of any table that a connection sees holds one of the texts, however it is compressed on the disk. */
async function tablesHold(file: string, texts: readonly string[]): Promise<boolean> {
  const instance = await DuckDBInstance.fromCache(':memory:');
  const connection = await instance.connect();
  const rows = async (sql: string): Promise<Record<string, unknown>[]> => (await connection.runAndReadAll(sql)).getRowObjectsJS();
  try {
    const quoted = file.replaceAll("'", "''");
    const tables = file.endsWith('.parquet') ? [`read_parquet('${quoted}')`] : [];
    if (tables.length === 0) {
      await connection.run(`ATTACH '${quoted}' AS looked (READ_ONLY)`);
      for (const { table_name } of await rows("SELECT table_name FROM duckdb_tables() WHERE database_name = 'looked'"))
        tables.push(`looked."${table_name}"`);
    }
    for (const table of tables) {
      for (const { cell } of await rows(`SELECT CAST(to_json(t) AS VARCHAR) AS cell FROM ${table} t`))
        if (texts.some((text) => String(cell).includes(text))) return true;
    }
    return false;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Files of a workspace that hold what tells the user, by their bytes or in what they say. */
async function traces(workspace: string, scratch: string): Promise<string[]> {
  const texts = [...spellings, mark, email];
  const found: string[] = [];
  for (const file of await filesIn(workspace)) {
    const bytes = await readFile(file);
    let holds = texts.some((text) => bytes.includes(text));
    if (file.endsWith('.parquet')) holds ||= await tablesHold(file, texts);
    if (file.endsWith('data.duckdb')) {
      const copy = path.join(scratch, 'looked.duckdb');
      await rm(`${copy}.wal`, { force: true });
      await copyFile(file, copy);
      if (existsSync(`${file}.wal`)) await copyFile(`${file}.wal`, `${copy}.wal`);
      holds ||= await tablesHold(copy, texts);
    }
    if (holds) found.push(path.relative(workspace, file));
  }
  return found.sort();
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const imported = Array.from({ length: 12 }, (_, at) => ({
  item_id: `i${String(at + 1).padStart(2, '0')}`,
  timestamp: new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString(),
}));

/** Sample data, with one more user who is in everything that a workspace can hold. */
async function fill(engine: TestEngine): Promise<string> {
  await withSampleData(engine);
  const workspace = path.join(engine.folder, 'w');
  const file = async (name: string, lines: string[]): Promise<string> => {
    const full = path.join(engine.folder, name);
    await writeFile(full, `${lines.join('\n')}\n`);
    return full;
  };
  const must = async (name: Parameters<TestEngine['run']>[0], input: unknown) => {
    const job = await engine.run(name, input);
    if (job.status !== 'succeeded') throw new Error(`${name}: ${job.error?.message}`);
    return job.result as { id: string };
  };
  const row = ({ item_id, timestamp }: (typeof imported)[number]): string => `${quoted(user)},${item_id},click,${timestamp}`;
  const head = 'user_id,item_id,event_type,timestamp';
  const refused = `${quoted(user)},,click,2026-01-01T00:00:00Z`;
  await must('data.import', { paths: [await file('theirs.csv', [head, ...imported.map(row), row(imported[0] as never), refused])] });
  await must('data.import', {
    paths: [await file('users.csv', ['user_id,email,age', `${quoted(user)},${email},41`, `${other},u1@example.invalid,30`])],
    as: 'users',
  });
  await must('data.import', { paths: [await file('users2.csv', ['user_id,city', `${other},Bern`])], as: 'users' });
  await must('quality.check', {});
  await must('dataset.create', { name: 'frozen', recipe: {} });
  await engine.call('sql.run', { sql: `SELECT * FROM users WHERE user_id = '${user.replaceAll("'", "''")}'`, unlocked: false });
  await engine.call('explore.panel', { panel: 'users', filter: {} } as never).catch(() => undefined);
  const run = await must('run.train', { model: 'ials', params: { epochs: 2, dimensions: 8 } });
  await must('run.train', { model: 'user-knn' });
  const ranker = await must('run.train', { model: 'logistic-ranker', retrievalRun: run.id });
  await must('bundle.create', { run: run.id });
  // Bundles are in order by the second.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await must('bundle.create', { run: run.id, ranker: ranker.id });
  return workspace;
}

const target = encodeURIComponent(user);

test('a user is exported, and erased from everything: at once, for good, and nobody else is touched', { timeout: 300_000 }, () =>
  withEngine(async (engine) => {
    const workspace = await fill(engine);
    // A ranker's scores change with the time; the vectors' do not.
    const [ranked, plain] = (await engine.call('bundle.list', {})).map(({ id }) => id) as [string, string];
    await engine.call('bundle.activate', { id: plain });
    let { url } = await engine.call('server.start', { port: 0 });
    const ask = async (where: string, init: RequestInit = {}): Promise<Answer> => {
      const answer = await fetch(`${url}${where}`, init);
      return { status: answer.status, json: await answer.json() };
    };
    const send = (events: object[]): Promise<Answer> =>
      ask('/events', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(events) });
    const sent = {
      event_id: 'mine-1',
      user_id: user,
      item_id: 'i30',
      event_type: 'view',
      timestamp: '2026-02-01T00:00:00Z',
      context: { page: 'ü' },
    };
    const theirs = { ...sent, event_id: 'theirs-1', user_id: other, context: { friend: 'somebody' } };
    expect((await send([sent, theirs])).json).toMatchObject({ accepted: 2 });

    // The export is what the ledger says, and of this user only.
    const exported = await ask(`/admin/users/${target}/export`);
    expect(exported.status).toBe(200);
    expect(exported.json).toMatchObject({ user_id: user, attributes: { email, age: 41 } });
    expect(exported.json.interactions.map((one: { item_id: string; timestamp: string }) => [one.item_id, one.timestamp])).toEqual([
      ...imported.map(({ item_id, timestamp }) => [item_id, timestamp]),
      ['i30', '2026-02-01T00:00:00.000Z'],
    ]);
    expect(exported.json.interactions.at(-1)).toMatchObject({ event_id: 'mine-1', event_type: 'view', context: { page: 'ü' } });
    expect(exported.json.bundles).toMatchObject([
      { active: false, embedding: true },
      { active: true, embedding: true },
    ]);
    expect(JSON.stringify(exported.json)).not.toContain(other);
    expect((await ask(`/admin/users/export?user_id=${target}`)).json.interactions).toHaveLength(13);
    expect((await ask('/admin/users/nobody/export')).status).toBe(404);

    const others = Array.from({ length: 40 }, (_, at) => `u${String(at + 1).padStart(3, '0')}`);
    const listsOf = async (): Promise<{ item_id: string; score: number }[][]> =>
      Promise.all(others.map(async (id) => (await ask(`/recommend/${id}?k=20`)).json.items));
    const before = await listsOf();
    const list = (): Promise<Answer> => ask(`/recommend/${target}`);
    expect((await list()).json).toMatchObject({ basis: 'user', cached: false });
    expect((await list()).json).toMatchObject({ basis: 'user', cached: true });
    const feed = await ask(`/api/feeds?user_id=${target}&limit=5`);
    const version = (await ask('/health')).json.model_version;
    const held = await traces(workspace, engine.folder);
    expect(held.map((file) => file.split(path.sep)[0])).toEqual(
      expect.arrayContaining(['bundles', 'data.duckdb', 'datasets', 'events', 'runs', 'sql-history.json']),
    );

    const erasing = await ask(`/admin/users/${target}`, { method: 'DELETE' });
    expect(erasing).toMatchObject({ status: 202, json: { job_id: expect.any(String) } });
    // At once, whatever the job has done yet.
    expect((await list()).json).toMatchObject({ basis: 'nothing', cached: false });
    expect((await ask(`/events?user_id=${target}`)).json.events).toEqual([]);
    expect((await ask(`/events?user_id=${other}`)).json.events).toHaveLength(1);
    const page = await ask(`/api/feeds?user_id=${target}&limit=5&cursor=${feed.json.next_cursor}`);
    expect(page.json.metadata.source).toBe('popularity_fallback');

    const job = await engine.ended(erasing.json.job_id);
    expect(job).toMatchObject({ status: 'succeeded', result: { lines: 1, runs: 3, bundles: 2, datasets: 1 } });
    expect(await traces(workspace, engine.folder)).toEqual([]);
    expect(JSON.stringify(job)).not.toContain(mark);
    const active = (await ask('/health')).json.model_version;
    expect(active).toBe(`${version}-e1`);
    expect((await engine.call('bundle.list', {})).map(({ active: is, manifest }) => [is, manifest.version])).toEqual([
      [false, expect.stringMatching(/-e1$/)],
      [true, active],
    ]);
    expect((await engine.call('bundle.activate', { id: `${ranked}-e1` })).active).toBe(true);
    expect((await ask(`/recommend/${other}`)).json).toMatchObject({
      source: 'ranker',
      model_version: `${ranked.replace('bundle-', '')}-e1`,
    });
    expect((await list()).json).toMatchObject({ basis: 'nothing' });
    await engine.call('bundle.activate', { id: `${plain}-e1` });
    expect(await listsOf()).toEqual(before);
    expect((await list()).json).toMatchObject({ basis: 'nothing' });
    expect((await ask(`/admin/users/${target}/export`)).status).toBe(404);
    const audit = (await ask('/admin/audit')).json;
    expect(audit.whole).toBe(true);
    const hash = createHash('sha256').update(user).digest('hex').slice(0, 16);
    expect(audit.entries).toContainEqual(expect.objectContaining({ action: 'eraseUser', target: `user sha256:${hash}`, outcome: 'done' }));
    expect(audit.entries).toContainEqual(expect.objectContaining({ action: 'exportUser', outcome: 'done' }));

    // Not back after a restart, nor after a training on what is left; the other data and the frozen dataset can still be read.
    await engine.call('server.stop', {});
    await engine.call('workspace.close', {});
    await engine.call('workspace.open', { path: workspace });
    for (const selection of [{}, { dataset: 'frozen' }]) {
      const trained = await engine.run('run.train', { model: 'ials', params: { epochs: 2, dimensions: 8 }, selection });
      expect(trained.error).toBeUndefined();
      await engine.run('bundle.create', { run: (trained.result as { id: string }).id });
    }
    ({ url } = await engine.call('server.start', { port: 0 }));
    expect((await list()).json).toMatchObject({ basis: 'nothing' });
    expect((await ask(`/recommend/${other}`)).json).toMatchObject({ basis: 'user' });
    expect((await ask(`/events?user_id=${other}`)).json.events).toHaveLength(1);
    expect(await traces(workspace, engine.folder)).toEqual([]);

    // What comes later under the same id is of somebody new, who may be erased in turn, also by the query.
    expect((await send([{ ...sent, event_id: 'new-1' }])).json).toMatchObject({ accepted: 1 });
    expect((await list()).json).toMatchObject({ basis: 'events' });
    expect((await ask(`/admin/users/${target}/export`)).json.interactions).toHaveLength(1);
    const again = await ask(`/admin/users?user_id=${target}`, { method: 'DELETE' });
    expect(await engine.ended(again.json.job_id)).toMatchObject({
      status: 'succeeded',
      result: { rows: 1, lines: 1, bundles: 0, runs: 0 },
    });
    expect(await traces(workspace, engine.folder)).toEqual([]);
    // And whom nobody knows can be erased as well.
    const nobody = await ask('/admin/users/nobody', { method: 'DELETE' });
    expect(await engine.ended(nobody.json.job_id)).toMatchObject({ status: 'succeeded', result: { rows: 0, lines: 0 } });
  }),
);

test(
  'behind a training, and while events come: a stranger at once, and each event is in log and tables or in neither',
  { timeout: 300_000 },
  () =>
    withEngine(async (engine) => {
      const workspace = await fill(engine);
      const { url } = await engine.call('server.start', { port: 0 });
      const post = async (where: string, body: unknown): Promise<Answer> => {
        const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
        const answer = await fetch(`${url}${where}`, init);
        return { status: answer.status, json: await answer.json() };
      };
      const streamer = 'streams 5c0ffee5';
      const sent = { before: [] as string[], during: [] as string[], after: [] as string[] };
      let phase: keyof typeof sent = 'before';
      let stopped = false;
      const streaming = (async () => {
        for (let number = 1; !stopped; number++) {
          const [event_id, at] = [`s${number}`, phase];
          const { status } = await post('/events', { event_id, user_id: streamer, item_id: `i0${1 + (number % 9)}`, event_type: 'view' });
          if (status === 202) sent[at === phase ? at : 'during'].push(event_id);
          // The training beside it has the lowest priority, and must come to its end.
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      await new Promise((resolve) => setTimeout(resolve, 1000));

      const [first] = (await engine.call('run.list', {})).filter(({ model }) => model === 'ials');
      const slow = { model: 'ials', params: { epochs: 10, dimensions: 16 }, split: { kind: 'ratio' } } as const;
      const training = (await engine.call('run.train', slow)) as Job;
      // Knows the user, and takes over before the erasure has its turn.
      const bundling = (await engine.call('bundle.create', { run: first?.id ?? '' })) as Job;
      phase = 'during';
      const erase = async (id: string): Promise<string> => {
        const answer = await fetch(`${url}/admin/users/${encodeURIComponent(id)}`, { method: 'DELETE' });
        expect(answer.status).toBe(202);
        return ((await answer.json()) as { job_id: string }).job_id;
      };
      const jobs = [await erase(user), await erase(streamer)];
      phase = 'after';
      const versions = new Set<string>();
      const bases = new Set<string>();
      let last = 'queued';
      while (last !== 'succeeded') {
        const { basis, model_version } = (await (await fetch(`${url}/recommend/${target}`)).json()) as Record<string, string>;
        bases.add(basis as string);
        versions.add(model_version as string);
        ({ status: last } = await engine.call('job.get', { id: jobs[1] as string }));
        expect(['failed', 'cancelled']).not.toContain(last);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      stopped = true;
      await streaming;
      for (const { id } of [training, bundling]) expect((await engine.ended(id)).status).toBe('succeeded');
      // The bundle that was served, the one that the training made with the user in it, and the one without.
      expect(versions.size).toBeGreaterThanOrEqual(3);
      expect([...bases]).toEqual(['nothing']);
      expect(await traces(workspace, engine.folder)).toEqual([]);

      await engine.call('server.stop', {});
      await engine.call('data.ingestEvents', {});
      const exported = await engine.call('user.export', { user: streamer });
      const stored = exported.interactions.map(({ event_id }) => event_id);
      const logged: string[] = [];
      for (const file of await filesIn(path.join(workspace, 'events')))
        for (const line of (await readFile(file, 'utf8')).split('\n')) if (line.includes(streamer)) logged.push(JSON.parse(line).event_id);
      expect(sent.before.length).toBeGreaterThan(20);
      expect(sent.after.length).toBeGreaterThan(20);
      expect(sent.before.filter((id) => stored.includes(id))).toEqual([]);
      expect(sent.after.filter((id) => !stored.includes(id))).toEqual([]);
      expect(stored.toSorted()).toEqual(logged.toSorted());
    }),
);

const runCli = (folder: string, args: string[]): ChildProcess =>
  spawn(process.execPath, [cli, ...args], { env: { ...process.env, RECSMITH_STATE: path.join(folder, 'state-cli') }, stdio: 'ignore' });

const exited = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve));

test('an erasure that is killed anywhere is finished when the workspace is opened next', { timeout: 300_000 }, () =>
  withFolder(async (folder) => {
    const filled = await withEngine(async (engine) => {
      const workspace = await fill(engine);
      await engine.call('workspace.close', {});
      await cp(workspace, path.join(folder, 'filled'), { recursive: true });
      return path.join(folder, 'filled');
    });
    let interrupted = 0;
    for (const afterMs of [0, 20, 60, 120, 200, 300, 450]) {
      const workspace = path.join(folder, `w-${afterMs}`);
      await cp(filled, workspace, { recursive: true });
      const child = runCli(folder, ['user', 'erase', workspace, '--user', user]);
      const end = exited(child);
      const erasures = path.join(workspace, 'erasures');
      while (child.exitCode === null && !(existsSync(erasures) && (await readdir(erasures)).some((name) => name.endsWith('.json'))))
        await new Promise((resolve) => setTimeout(resolve, 2));
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      child.kill('SIGKILL');
      await end;
      if ((await readdir(erasures)).length > 0) interrupted += 1;
      expect(await exited(runCli(folder, ['profile', workspace])), `opened after ${afterMs} ms`).toBe(0);
      expect(await traces(workspace, folder), `killed after ${afterMs} ms`).toEqual([]);
      await withEngine(async (engine) => {
        await engine.call('workspace.open', { path: workspace });
        const bundles = await engine.call('bundle.list', {});
        expect(bundles.map(({ active }) => active)).toEqual([true, false]);
        for (const { path: bundle } of bundles) await engine.call('bundle.verify', { path: bundle });
        const [dataset] = await engine.call('dataset.list', {});
        const trained = await engine.run('run.train', { model: 'popularity', selection: { dataset: dataset?.name } });
        expect(trained.error).toBeUndefined();
      });
    }
    // The kills were early enough to mean something.
    expect(interrupted).toBeGreaterThanOrEqual(3);
  }),
);

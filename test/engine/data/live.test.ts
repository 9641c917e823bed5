import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'rolldown';
import { expect, test } from 'vitest';
import { LiveSetting, type LiveSource, shownUrl } from '#contract/live';
import { openDatabase } from '../../../engine/data/database.ts';
import { LiveSources } from '../../../engine/data/live/live-sources.ts';
import { waitBefore } from '../../../engine/data/live/source-context.ts';
import { type Desk, withDatabase } from './helpers.ts';

async function until<T>(ask: () => Promise<T>, holds: (value: T) => boolean, what: string): Promise<T> {
  for (let left = 300; left > 0; left--) {
    const value = await ask();
    if (holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`It never came to pass: ${what}; last ${JSON.stringify(await ask())}`);
}

async function withSources<T>(use: (sources: LiveSources, desk: Desk) => Promise<T>, env: NodeJS.ProcessEnv = {}): Promise<T> {
  return withDatabase(async (desk) => {
    const sources = new LiveSources(desk.db, () => undefined, env);
    try {
      return await use(sources, desk);
    } finally {
      await sources.end();
    }
  });
}

const one = async (sources: LiveSources): Promise<LiveSource> => (await sources.list())[0] as LiveSource;
const event = (at: number, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ event_id: `e${at}`, user_id: `u${at % 7}`, item_id: `i${at % 5}`, timestamp: 1_700_000_000 + at, seq: at, ...more });

test('a watched folder: each file once it is settled, again when it grows, and broken ones are told of', () =>
  withSources(async (sources, { folder, table }) => {
    const inbox = path.join(folder, 'inbox');
    await mkdir(inbox);
    await writeFile(path.join(inbox, 'a.csv'), 'user_id,item_id\nu1,i1\nu2,i1\n');
    const { id } = await sources.add('inbox', { kind: 'folder', path: inbox }, {});
    await sources.start(id);
    await until(
      () => one(sources),
      ({ accepted }) => accepted === 2,
      'the first file',
    );
    await appendFile(path.join(inbox, 'a.csv'), 'u3,i1\n,i9\n');
    await writeFile(path.join(inbox, 'b.jsonl'), '{"user_id":"u4","item_id":"i1"}\n');
    await writeFile(path.join(inbox, 'c.csv'), 'colour,size\nred,3\n');
    const seen = await until(
      () => one(sources),
      ({ accepted, detail }) => accepted === 4 && detail !== null && detail.includes('c.csv'),
      'all three',
    );
    // a.csv was read twice: two rows were there already, one has no user.
    expect(seen).toMatchObject({ read: 7, accepted: 4, duplicates: 2, rejected: 1, state: 'running' });
    await sources.stop(id);
    await writeFile(path.join(inbox, 'd.csv'), 'user_id,item_id\nu5,i1\n');
    expect(await one(sources)).toMatchObject({ state: 'stopped', accepted: 4 });
    await sources.start(id);
    await until(
      () => one(sources),
      ({ accepted }) => accepted === 5,
      'the file that came while it was stopped',
    );
    expect((await table('interactions')).map((row) => row.user_id).sort()).toEqual(['u1', 'u2', 'u3', 'u4', 'u5']);
    await sources.remove(id);
    expect(await sources.list()).toEqual([]);
  }));

/** A server that answers as it is told; requests are kept. */
async function withServer<T>(
  answer: (response: ServerResponse, after: number, asked: number) => void,
  use: (url: string, requests: { url: string; auth: string | undefined }[]) => Promise<T>,
): Promise<T> {
  const requests: { url: string; auth: string | undefined }[] = [];
  const server: Server = createServer((request, response) => {
    requests.push({ url: request.url ?? '', auth: request.headers.authorization });
    const after = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('after') ?? -1);
    answer(response, after, requests.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/events?key=secret`, requests);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a stream: asked again where it breaks, from where it stood, with broken lines as rejects', () =>
  withServer(
    (response, after, asked) => {
      // The first answer breaks in the middle of a line.
      const last = asked === 1 ? 40 : 100;
      for (let at = after + 1; at < last; at++) response.write(`${at === 20 ? 'not json' : event(at)}\n`);
      if (asked === 1) {
        response.write('{"event_id":"e40","us');
        setTimeout(() => response.destroy(), 1300);
      }
    },
    (url, requests) =>
      withSources(async (sources, { table }) => {
        const { id } = await sources.add('stream', LiveSetting.parse({ kind: 'stream', url, cursor: 'seq' }), {});
        await sources.start(id);
        const seen = await until(
          () => one(sources),
          ({ accepted }) => accepted === 99,
          'all but the broken line',
        );
        expect(seen).toMatchObject({ read: 100, rejected: 1, duplicates: 0 });
        expect(requests[1]?.url).toContain('after=39');
        expect(await table('rejects')).toMatchObject([{ line: 21, reason: 'not a JSON object', raw: 'not json' }]);
        expect(String((await table('rejects'))[0]?.file)).not.toContain('secret');
        await sources.stop(id);
        await sources.start(id);
        await until(
          async () => requests.at(-1)?.url ?? '',
          (asked) => asked.includes('after=99'),
          'it goes on after a stop',
        );
      }),
  ));

test('a stop stores what has come, also from a source that says nothing twice', () => {
  let sent = 0;
  return withServer(
    (response, _, asked) => {
      if (asked > 1) return;
      const timer = setInterval(() => {
        response.write(`${event(sent++)}\n`);
        if (sent >= 60) clearInterval(timer);
      }, 5);
    },
    (url) =>
      withSources(async (sources) => {
        const { id } = await sources.add('stream', LiveSetting.parse({ kind: 'stream', url }), {});
        await sources.start(id);
        await until(
          async () => sent,
          (count) => count >= 60,
          'all sent',
        );
        await new Promise((resolve) => setTimeout(resolve, 100));
        await sources.stop(id);
        expect(await one(sources)).toMatchObject({ read: 60, accepted: 60 });
      }),
  );
});

test.each(['http://ann:hush@127.0.0.1/x', 'http://ann@127.0.0.1/x'])('a password in an address is refused: %s', (url) => {
  expect(LiveSetting.safeParse({ kind: 'stream', url }).error?.issues[0]?.message).toContain('name or a password');
});

test('an address is shown without what may be secret', () => {
  expect(shownUrl('https://host:8/a/b?key=hush#x')).toBe('https://host:8/a/b');
});

test('a stream that cannot be read says why, in words, and what is for people to mend ends it', () =>
  withSources(async (sources) => {
    const { id } = await sources.add('nobody', LiveSetting.parse({ kind: 'stream', url: 'http://127.0.0.1:59998/x' }), {});
    await sources.start(id);
    const waiting = await until(
      () => one(sources),
      ({ state }) => state === 'waiting',
      'nobody answers',
    );
    expect(waiting.detail).toBe('http://127.0.0.1:59998/x cannot be read: nothing listens there. It is tried again.');
    await sources.remove(id);
    await sources.add('token', LiveSetting.parse({ kind: 'stream', url: 'http://127.0.0.1:59998/x', tokenEnv: 'NO_SUCH_TOKEN' }), {});
    await sources.start((await one(sources)).id);
    expect(
      (
        await until(
          () => one(sources),
          ({ state }) => state === 'failed',
          'no token',
        )
      ).detail,
    ).toContain('NO_SUCH_TOKEN');
  }));

test('a token comes from the environment and is kept nowhere', () =>
  withServer(
    (response) => response.write(`${event(1)}\n`),
    (url, requests) =>
      withSources(
        async (sources, { db }) => {
          const { id } = await sources.add('mine', LiveSetting.parse({ kind: 'stream', url, tokenEnv: 'MY_TOKEN' }), {});
          await sources.start(id);
          await until(
            () => one(sources),
            ({ accepted }) => accepted === 1,
            'the row',
          );
          expect(requests[0]?.auth).toBe('Bearer hush-hush');
          expect(JSON.stringify(await db.read((session) => session.rows('SELECT setting, mapping FROM live_sources')))).not.toContain(
            'hush',
          );
        },
        { MY_TOKEN: 'hush-hush' },
      ),
  ));

test('fields of other names are mapped, and a stream without ids is refused with what it has', () =>
  withServer(
    (response) => response.write('{"who":"u1","what":"i1"}\n{"who":"u2","what":"i1"}\n'),
    (url) =>
      withSources(async (sources, { table }) => {
        const first = await sources.add('unmapped', LiveSetting.parse({ kind: 'stream', url }), {});
        await sources.start(first.id);
        const failed = await until(
          () => one(sources),
          ({ state }) => state === 'failed',
          'no ids',
        );
        expect(failed.detail).toMatch(/no column for the user .* Its columns are who, what/);
        await sources.remove(first.id);
        const second = await sources.add('mapped', LiveSetting.parse({ kind: 'stream', url }), { user: 'who', item: 'what' });
        await sources.start(second.id);
        await until(
          () => one(sources),
          ({ accepted }) => accepted === 2,
          'both',
        );
        expect((await table('interactions')).map((row) => row.user_id).sort()).toEqual(['u1', 'u2']);
      }),
  ));

test('pauses grow up to half a minute and are never the same for all', () => {
  expect([0, 1, 2, 9].map((attempt) => waitBefore(attempt, () => 1))).toEqual([500, 1000, 2000, 30_000]);
  expect(waitBefore(3, () => 0)).toBe(2000);
});

test('a process that is killed again and again while it reads a stream loses nothing and doubles nothing', { timeout: 120_000 }, () =>
  withServer(
    (response, after) => {
      let at = after + 1;
      const timer = setInterval(() => {
        for (let n = 0; n < 200 && at < 20_000; n++, at++)
          response.write(`${JSON.stringify({ user_id: `u${at}`, item_id: `i${at % 50}`, seq: at })}\n`);
      }, 50);
      response.on('close', () => clearInterval(timer));
    },
    (url) =>
      withDatabase(async ({ db, folder }) => {
        const sources = new LiveSources(db, () => undefined);
        await sources.add('stream', LiveSetting.parse({ kind: 'stream', url, cursor: 'seq' }), {});
        await db.close();
        const source = path.join(folder, 'reader.ts');
        const engine = (file: string): string => JSON.stringify(path.resolve('engine/data', file));
        await writeFile(
          source,
          `import { openDatabase } from ${engine('database.ts')};
           import { LiveSources } from ${engine('live/live-sources.ts')};
           openDatabase(process.argv[2] as string).then(async (db) => { const all = new LiveSources(db, () => undefined); await all.start(1); setInterval(async () => process.send?.((await all.list())[0]), 100); });`,
        );
        const target = path.join(folder, 'reader.cjs');
        await build({
          input: source,
          platform: 'node',
          external: ['@duckdb/node-api'],
          output: { file: target, format: 'cjs', codeSplitting: false },
          logLevel: 'silent',
        });
        await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'), 'junction');
        let read = 0;
        let kills = 0;
        while (read < 20_000) {
          const child = fork(target, [db.file]);
          child.on('message', (seen: LiveSource) => {
            read = seen.read;
          });
          const timer = setTimeout(() => child.kill('SIGKILL'), 900 + 150 * (kills % 7));
          while (read < 20_000 && child.exitCode === null && child.signalCode === null)
            await new Promise((resolve) => setTimeout(resolve, 50));
          clearTimeout(timer);
          child.kill('SIGKILL');
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
          kills++;
          if (kills > 60) throw new Error(`only ${read} rows after ${kills} kills`);
        }
        const again = await openDatabase(db.file);
        const counts = await again.read((session) =>
          session.rows('SELECT count(*)::DOUBLE AS n, count(DISTINCT user_id)::DOUBLE AS users FROM interactions'),
        );
        expect(counts).toEqual([{ n: 20_000, users: 20_000 }]);
        const [known] = await again.read((session) =>
          session.rows<{ rows_read: bigint; accepted: bigint }>('SELECT rows_read, accepted FROM live_sources'),
        );
        expect([Number(known?.rows_read), Number(known?.accepted)]).toEqual([20_000, 20_000]);
        expect(kills).toBeGreaterThan(2);
        await again.close();
        await db.hold();
      }),
  ),
);

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { BundleInfo } from '#contract/bundle';
import type { Run } from '#contract/run';
import { withEngine } from '../../support/engine.ts';

/** Ids that something on the way might change, join or take for something else. */
const strange = [
  'caf\u00e9',
  'cafe\u0301',
  '\u202Eright to left',
  'مرحبا بالعالم',
  'שלום',
  '👩‍👩‍👧‍👦',
  '🏳️‍🌈',
  '../../etc/passwd',
  '..\\..\\windows',
  '__proto__',
  'constructor',
  'toString',
  ' leading and trailing ',
  'a/b?c=d&e#f%2Fg',
  '"quoted", with comma',
  "it's; DROP TABLE interactions",
  'zero\u200bwidth',
  'Ａ full width',
  'İstanbul ı i I',
  'null',
  'true',
  '0',
  '00',
  '1e3',
  'x'.repeat(1000),
];

const quote = (id: string): string => `"${id.replaceAll('"', '""')}"`;

/** Cells of CSV of two quoted or plain columns. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((found) => found[1]?.replaceAll('""', '"') ?? (found[2] as string));
}

test('ids of every kind come back byte for byte through import, training, export, bundle and HTTP', { timeout: 180_000 }, () =>
  withEngine(async (engine) => {
    await engine.call('workspace.create', { path: path.join(engine.folder, 'w') });
    const file = path.join(engine.folder, 'events.csv');
    // Every user has most of the items, each lacks another one.
    const rows = strange.flatMap((user, u) =>
      strange.flatMap((item, i) =>
        (u + i) % 5 === 0 ? [] : [`${quote(user)},${quote(item)},${new Date(1_700_000_000_000 + (u * 31 + i) * 60_000).toISOString()}`],
      ),
    );
    await writeFile(file, `user_id,item_id,timestamp\n${rows.join('\n')}\n`);
    expect((await engine.run('data.import', { paths: [file] })).result).toMatchObject({
      accepted: rows.length,
      rejected: 0,
      duplicates: 0,
    });

    const trained = await engine.run('run.train', { model: 'ials', params: { dimensions: 8 }, split: { kind: 'ratio', testShare: 0.1 } });
    expect(trained.error).toBeUndefined();
    const run = trained.result as Run;
    const out = path.join(engine.folder, 'lists.csv');
    await engine.run('run.recommend', { run: run.id, k: 3, out });
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n').slice(1).map(cellsOf);
    expect(new Set(lines.map(([user]) => user))).toEqual(new Set(strange));
    for (const [, item] of lines) expect(strange).toContain(item);

    const bundle = (await engine.run('bundle.create', { run: run.id, activate: true })).result as BundleInfo;
    expect(bundle.active).toBe(true);
    const { url } = await engine.call('server.start', { port: 0 });
    for (const user of strange) {
      const answer = await fetch(`${url}/recommend?user_id=${encodeURIComponent(user)}&k=5`);
      expect([user, answer.status]).toEqual([user, 200]);
      const body = (await answer.json()) as { user_id: string; items: { item_id: string }[] };
      expect(body.user_id).toBe(user);
      for (const { item_id } of body.items) expect(strange).toContain(item_id);
    }
    const posted = await fetch(`${url}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(
        strange.map((id, at) => ({ event_id: `event ${at}`, user_id: id, item_id: strange.at(-1 - at), event_type: 'view' })),
      ),
    });
    expect([posted.status, await posted.text()]).toEqual([202, expect.stringContaining('accepted')]);
    await engine.call('data.ingestEvents', {});
    const outcome = await engine.call('sql.run', { sql: "SELECT user_id, event_id FROM interactions WHERE event_id LIKE 'event %'" });
    if (outcome.kind !== 'rows') throw new Error('no rows');
    const back = await engine.call('sql.window', { id: outcome.id });
    expect(new Set(back.rows.map(([user]) => user))).toEqual(new Set(strange));
    for (const [user, event] of back.rows) expect(event).toBe(`event ${strange.indexOf(String(user))}`);
    const exported = path.join(engine.folder, 'back.csv');
    const all = await engine.call('sql.run', { sql: 'SELECT DISTINCT user_id, 1 AS one FROM interactions' });
    if (all.kind !== 'rows') throw new Error('no rows');
    await engine.run('sql.export', { id: all.id, path: exported });
    const users = (await readFile(exported, 'utf8'))
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => cellsOf(line)[0]);
    expect(new Set(users)).toEqual(new Set(strange));
    await engine.call('server.stop', {});
  }),
);

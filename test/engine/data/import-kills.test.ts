import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { build } from 'rolldown';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../engine/data/database.ts';
import { importPaths } from '../../../engine/data/import-paths.ts';
import { listImports } from '../../../engine/data/imports.ts';
import { withMemoryDatabase } from '../../../engine/data/memory-database.ts';
import { withFolder } from '../../support/folders.ts';
import { quiet } from './helpers.ts';

/** A program of its own that imports, and tells its phases. */
async function buildImporter(folder: string): Promise<string> {
  const source = path.join(folder, 'importer.ts');
  const engine = (file: string): string => JSON.stringify(path.resolve('engine/data', file));
  await writeFile(
    source,
    `import { openDatabase } from ${engine('database.ts')};
     import { importPaths } from ${engine('import-paths.ts')};
     const [file, ...paths] = process.argv.slice(2);
     const tell = async ({ phase }) => { process.send?.(phase); };
     openDatabase(file as string, { memoryLimit: '1GB' })
       .then((db) => importPaths(db, { paths }, { checkpoint: tell, log() {}, curve() {}, signal: new AbortController().signal }))
       .then((result) => { process.send?.(result); process.exit(0); });`,
  );
  const target = path.join(folder, 'importer.cjs');
  await build({
    input: source,
    platform: 'node',
    external: ['@duckdb/node-api'],
    output: { file: target, format: 'cjs', codeSplitting: false },
    logLevel: 'silent',
  });
  await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'), 'junction');
  return target;
}

/** Runs the importer and kills it a while after its first words; gives how it ended, and how long it had been at it. */
async function runFor(child: ChildProcess, delayMs: number): Promise<{ signal: string | null; ms: number }> {
  let began = 0;
  child.once('message', () => {
    began = performance.now();
    if (Number.isFinite(delayMs)) setTimeout(() => child.kill('SIGKILL'), delayMs);
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(code ?? 0).toBe(0);
  return { signal, ms: performance.now() - began };
}

const rows = 60_000;
const user = (at: number): string => `u${(at * 7919) % 5003}`;
const item = (at: number): string => `i${(at * 104_729) % 997}`;
/** Every fiftieth row stands twice. */
const eventOf = (at: number): number => (at % 50 === 49 ? at - 1 : at);

/** One set of files for each format, in folders of their own; what they hold does not differ within a set of runs. */
async function writeFormats(folder: string): Promise<Record<string, string[]>> {
  const put = async (name: string, content: string | Uint8Array): Promise<string> => {
    await writeFile(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const events = Array.from({ length: rows }, (_, at) => eventOf(at));
  const lines = (make: (at: number) => string): string => `${events.map(make).join('\n')}\n`;
  const csv = `user_id,item_id,event_id,timestamp\n${lines((at) => `${user(at)},${item(at)},e${at},${1_700_000_000 + at}`)}`;
  const broken = csv.replace(/^u[^,]*(,i1,)/gm, '$1');
  const json = (at: number): string =>
    JSON.stringify({ user: user(at), item: item(at), event_id: `e${at}`, timestamp: 1_700_000_000 + at });
  const file = await put('plain.csv', csv);
  await withMemoryDatabase(async (session) => {
    await session.run(`COPY (FROM read_csv('${file}')) TO '${path.join(folder, 'events.parquet')}' (FORMAT parquet)`);
    await session.run(`COPY (FROM read_csv('${file}')) TO '${path.join(folder, 'packed.csv.zst')}' (HEADER, COMPRESSION zstd)`);
  });
  const table = tableFromArrays({ user_id: events.map(user), item_id: events.map(item), event_id: events.map((at) => `e${at}`) });
  return {
    csv: [file],
    'csv, some rejected': [await put('broken.csv', broken)],
    gzip: [await put('packed.csv.gz', gzipSync(csv))],
    zstd: [path.join(folder, 'packed.csv.zst')],
    'UTF-16': [await put('wide.csv', Buffer.from(`\uFEFF${csv}`, 'utf16le'))],
    parquet: [path.join(folder, 'events.parquet')],
    'JSON Lines': [await put('events.jsonl', lines(json))],
    'JSON array': [await put('events.json', `[${events.map(json).join(',\n')}]`)],
    arrow: [await put('events.arrow', tableToIPC(table, 'file'))],
    RecBole: [
      await put(
        'events.inter',
        `user_id:token\titem_id:token\ttimestamp:float\n${lines((at) => `${user(at)}\t${item(at)}\t${1_700_000_000 + at}`)}`,
      ),
    ],
    adjacency: [
      await put(
        'lists.txt',
        lines((at) => `${at} ${at % 997} ${(at * 31) % 997}`),
      ),
    ],
    'several files': [
      await put('a.csv', csv.slice(0, csv.indexOf('\n', csv.length / 3) + 1)),
      await put('b.csv', `user_id,item_id,event_id,timestamp\n${csv.slice(csv.indexOf('\n', csv.length / 4) + 1)}`),
      await put('items.csv', `item_id,colour\n${Array.from({ length: 997 }, (_, at) => `i${at},${at % 7 ? 'red' : 'blue'}`).join('\n')}\n`),
    ],
  };
}

/** Everything that an import leaves, row for row, but for the numbers that it gave itself and its times. */
async function contentsOf(file: string): Promise<unknown> {
  const db = await openDatabase(file);
  try {
    return await db.read(async (session) => ({
      interactions: await session.rows(
        `SELECT count(*)::DOUBLE AS n, md5(string_agg(concat_ws('|', event_id, user_id, item_id, event_type, value, timestamp, session_id, context), '\n' ORDER BY rowid)) AS digest FROM interactions`,
      ),
      items: await session.rows(
        "SELECT count(*)::DOUBLE AS n, md5(string_agg(items::VARCHAR, '\n' ORDER BY item_id)) AS digest FROM items",
      ),
      rejects: await session.rows(
        "SELECT count(*)::DOUBLE AS n, md5(string_agg(concat_ws('|', file, line, reason, raw), '\n' ORDER BY file, line)) AS digest FROM rejects",
      ),
      imports: await session.rows(
        'SELECT path, rows_read::DOUBLE AS read, accepted::DOUBLE AS accepted, rejected::DOUBLE AS rejected, duplicates::DOUBLE AS duplicates FROM imports ORDER BY import_id',
      ),
      types: await session.rows('SELECT * FROM event_types ORDER BY ALL'),
    }));
  } finally {
    await db.close();
  }
}

const kills = 40;

test(
  'forty kills at any moment of imports in every format: as before or as after, and going on gives what an undisturbed import gives, row for row',
  { timeout: 400_000 },
  () =>
    withFolder(async (folder) => {
      const importer = await buildImporter(folder);
      const formats = Object.entries(await writeFormats(folder));
      let killed = 0;
      let state = 12_345;
      const random = (): number => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state / 2 ** 32;
      };
      const undisturbed = new Map<string, { contents: unknown; ms: number }>();
      for (let round = 0; killed < kills; round++) {
        const [name, paths] = formats[round % formats.length] as [string, string[]];
        if (!undisturbed.has(name)) {
          const file = path.join(folder, `undisturbed-${round}.duckdb`);
          const { ms } = await runFor(fork(importer, [file, ...paths]), Number.POSITIVE_INFINITY);
          undisturbed.set(name, { contents: await contentsOf(file), ms });
        }
        const { contents, ms } = undisturbed.get(name) as { contents: unknown; ms: number };
        const file = path.join(folder, `round-${round}.duckdb`);
        // Several kills of one import, then it is let go on.
        for (let again = 0; again < 2; again++) {
          const { signal } = await runFor(fork(importer, [file, ...paths]), random() * ms);
          if (signal !== 'SIGKILL') break;
          killed++;
          const db = await openDatabase(file);
          const imports = await listImports(db);
          const present = await db.read((session) => session.number('SELECT count(*) FROM interactions'));
          await db.close();
          if (imports.length === 0) expect([name, present]).toEqual([name, 0]);
          else expect([name, await contentsOf(file)]).toEqual([name, contents]);
        }
        const db = await openDatabase(file);
        const again = await importPaths(db, { paths }, quiet);
        await db.close();
        expect(again.rowsRead).toBe(again.accepted + again.rejected + again.duplicates);
        expect([name, await contentsOf(file)]).toEqual([name, contents]);
      }
    }),
);

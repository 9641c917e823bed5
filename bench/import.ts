/** Seconds and memory of an import of 10 million rows, CSV and Parquet, beside the plain DuckDB statement that reads and dedupes them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { openDatabase } from '../engine/data/database.ts';
import { importPaths } from '../engine/data/import-paths.ts';

const memoryLimit = '1GB';
/** One event in so many stands in the file twice. */
const repeatedEvery = 50;

interface Figures {
  rows: number;
  accepted: number;
  seconds: number;
  peakBytes: number;
}

const quiet = { checkpoint: async () => {}, curve: () => {}, log: () => {}, signal: new AbortController().signal };

/** Writes events.csv and events.parquet: the same rows, times rising, users and items by a power law. */
async function writeFiles(folder: string, rows: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: memoryLimit, temp_directory: path.join(folder, 'tmp') });
  const connection = await instance.connect();
  const events = `SELECT 'u' || CAST(floor(1000000 * pow(hash(i) / 18446744073709551616.0, 2)) AS INTEGER) AS user_id,
      'i' || CAST(floor(200000 * pow(hash(i + 7) / 18446744073709551616.0, 3)) AS INTEGER) AS item_id,
      CASE hash(i + 3) % 4 WHEN 0 THEN 'click' WHEN 1 THEN 'like' ELSE 'view' END AS event_type,
      strftime(make_timestamp(1700000000000000 + i * 1000000), '%Y-%m-%dT%H:%M:%SZ') AS timestamp, 'e' || i AS event_id
    FROM (SELECT range - CASE WHEN range % ${repeatedEvery} = ${repeatedEvery - 1} THEN 1 ELSE 0 END AS i FROM range(${rows}))`;
  await connection.run(`COPY (${events}) TO '${path.join(folder, 'events.parquet')}' (FORMAT parquet)`);
  await connection.run(`COPY (SELECT * FROM '${path.join(folder, 'events.parquet')}') TO '${path.join(folder, 'events.csv')}' (HEADER)`);
  connection.closeSync();
  instance.closeSync();
}

/** What it costs at least: the file read with its types, each event once, kept in a table of a file. */
async function plain(file: string, databaseFile: string): Promise<{ rows: number; accepted: number }> {
  const instance = await DuckDBInstance.create(databaseFile, { memory_limit: memoryLimit, temp_directory: `${databaseFile}.tmp` });
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE interactions AS
    SELECT event_id, first(user_id) AS user_id, first(item_id) AS item_id, first(event_type) AS event_type, first(timestamp) AS timestamp
    FROM read_csv('${file}', header = true, columns = {'user_id': 'VARCHAR', 'item_id': 'VARCHAR', 'event_type': 'VARCHAR', 'timestamp': 'TIMESTAMP', 'event_id': 'VARCHAR'})
    GROUP BY event_id`);
  await connection.run('CHECKPOINT');
  const [[accepted]] = (await (await connection.run('SELECT count(*) FROM interactions')).getRows()) as [[bigint]];
  connection.closeSync();
  instance.closeSync();
  return { rows: 0, accepted: Number(accepted) };
}

async function imported(file: string, databaseFile: string): Promise<{ rows: number; accepted: number }> {
  const database = await openDatabase(databaseFile, { memoryLimit });
  try {
    const { rowsRead, accepted } = await importPaths(database, { paths: [file] }, quiet);
    return { rows: rowsRead, accepted };
  } finally {
    await database.close();
  }
}

/** One of both in a process of its own, whose memory is nobody else's. */
async function child(what: string, file: string, databaseFile: string): Promise<void> {
  const started = performance.now();
  const counts = what === 'plain' ? await plain(file, databaseFile) : await imported(file, databaseFile);
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${JSON.stringify({ ...counts, seconds, peakBytes: process.resourceUsage().maxRSS * 1024 })}\n`);
}

function measured(what: 'plain' | 'import', file: string, folder: string): Figures {
  const databaseFile = path.join(folder, `${what}.duckdb`);
  const { stdout, stderr, status } = spawnSync(process.execPath, [process.argv[1] as string, what, file, databaseFile], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The ${what} of ${file} failed: ${stderr}`);
  for (const ending of ['', '.wal', '.tmp']) rmSync(databaseFile + ending, { recursive: true, force: true });
  return JSON.parse(stdout.trim().split('\n').at(-1) as string) as Figures;
}

async function main(): Promise<void> {
  const [rowsGiven = '10000000', file, databaseFile] = process.argv.slice(2);
  if (file && databaseFile) return child(rowsGiven, file, databaseFile);
  // npm run bench -- import [rows]
  const rows = Number(rowsGiven);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'recsmith-import-bench-'));
  try {
    await writeFiles(folder, rows);
    const [csv, parquet] = [path.join(folder, 'events.csv'), path.join(folder, 'events.parquet')];
    const results = [
      { what: 'plain DuckDB statement, CSV', file: csv, ...measured('plain', csv, folder) },
      { what: 'import, CSV', file: csv, ...measured('import', csv, folder) },
      { what: 'import, Parquet', file: parquet, ...measured('import', parquet, folder) },
    ];
    const base = (results[0] as Figures).seconds;
    const lines = results.map(({ what, file: of, seconds, peakBytes, accepted }) => {
      const line = `| ${what} | ${(statSync(of).size / 1e6).toFixed(0)} | ${accepted.toLocaleString('en')} | ${seconds.toFixed(1)} | ${Math.round(rows / seconds).toLocaleString('en')} | ${(seconds / base).toFixed(2)} | ${Math.round(peakBytes / 1e6).toLocaleString('en')} |`;
      process.stdout.write(`${line}\n`);
      return line;
    });
    const machine = `${os.cpus().length} cores, ${os.cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.version}, load ${(os.loadavg()[0] as number).toFixed(1)}`;
    const resultsFolder = process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results');
    const text = [
      `# Import of ${rows.toLocaleString('en')} rows`,
      '',
      `User, item, type, time and event id, 2 % of the events twice; each in a process of its own, DuckDB held to ${memoryLimit}. The plain statement reads the CSV with its types,`,
      `keeps each event once by GROUP BY and writes a table; it has no rejects, no record of the file and no progress. ${machine}.`,
      '',
      '| what | file (MB) | events kept | seconds | rows/s | of the plain statement | peak memory (MB) |',
      '|---|---|---|---|---|---|---|',
      ...lines,
      '',
    ];
    if (rows >= 10_000_000) writeFileSync(path.join(resultsFolder, 'import.md'), text.join('\n'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();

/** Seconds until every panel of the Explore view is there, of 10 million interactions, and again from what was kept. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { explorePanels } from '#contract/explore';
import { openDatabase } from '../engine/data/database.ts';
import { Explorer } from '../engine/data/explore/explorer.ts';

const memoryLimit = '1GB';

/** A workspace's database with so many interactions: users and items by power laws, five types, 200 days. */
async function fill(file: string, rows: number): Promise<void> {
  const database = await openDatabase(file, { memoryLimit });
  await database.write(async (session) => {
    await session.run(
      `INSERT INTO interactions SELECT NULL, 'u' || CAST(floor(1000000 * pow(hash(range) / 18446744073709551616.0, 2)) AS INTEGER),
         'i' || CAST(floor(200000 * pow(hash(range + 7) / 18446744073709551616.0, 3)) AS INTEGER),
         CASE hash(range + 3) % 5 WHEN 0 THEN 'click' WHEN 1 THEN 'like' WHEN 2 THEN 'share' WHEN 3 THEN 'purchase' ELSE 'view' END, NULL,
         make_timestamp(1700000000000000 + CAST(range * (200 * 86400 * 1000000.0 / ${rows}) AS BIGINT)), NULL, NULL, 1 FROM range(${rows})`,
    );
    await session.run("CREATE OR REPLACE TABLE items AS SELECT 'i' || range AS item_id, 'kind ' || range % 12 AS kind FROM range(200000)");
    await session.run("INSERT INTO attributes VALUES ('items', 'kind', 'category')");
  });
  await database.close();
}

async function look(file: string): Promise<void> {
  const database = await openDatabase(file, { memoryLimit });
  const explorer = new Explorer(database);
  const started = performance.now();
  const seconds: [string, number][] = [];
  for (const panel of explorePanels) seconds.push([panel, (await explorer.panel(panel, {})).seconds]);
  const total = (performance.now() - started) / 1000;
  await explorer.end();
  await database.close();
  process.stdout.write(`${JSON.stringify({ seconds, total, peakBytes: process.resourceUsage().maxRSS * 1024 })}\n`);
}

async function main(): Promise<void> {
  const [rowsGiven = '10000000', file] = process.argv.slice(2);
  if (rowsGiven === 'look') return look(file as string);
  const rows = Number(rowsGiven);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'recsmith-explore-bench-'));
  try {
    const database = path.join(folder, 'data.duckdb');
    await fill(database, rows);
    const { stdout, stderr, status } = spawnSync(process.execPath, [process.argv[1] as string, 'look', database], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const { seconds, total, peakBytes } = JSON.parse(stdout.trim().split('\n').at(-1) as string) as {
      seconds: [string, number][];
      total: number;
      peakBytes: number;
    };
    const lines = seconds.map(([panel, took]) => `| ${panel} | ${took.toFixed(2)} |`);
    const text = [
      `# Explore, ${rows.toLocaleString('en')} interactions`,
      '',
      `Every panel of the view, one after the other, in a process of its own that has read nothing before; the first also counts what all share. DuckDB held to ${memoryLimit}.`,
      `${os.cpus().length} cores, ${os.cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.version}, load ${(os.loadavg()[0] as number).toFixed(1)}, peak memory ${Math.round(peakBytes / 1e6)} MB.`,
      '',
      '| panel | seconds |',
      '|---|---|',
      ...lines,
      `| all | ${total.toFixed(2)} |`,
      '',
    ].join('\n');
    process.stdout.write(text);
    if (rows >= 10_000_000)
      writeFileSync(path.join(process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results'), 'explore.md'), text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();

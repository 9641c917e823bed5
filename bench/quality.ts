/** What every retrieval model reaches with its defaults: MovieLens 100K where it is at hand, and generated sets of different density. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Split } from '../engine/contract/run.ts';
import { openDatabase } from '../engine/data/database.ts';
import { generate } from '../engine/data/generate.ts';
import { importPaths } from '../engine/data/import-paths.ts';
import { readTrainingData } from '../engine/data/training-data.ts';
import { splitInteractions } from '../engine/evaluation/split.ts';
import { retrievalModels } from '../engine/models/registry.ts';
import { runTask } from '../engine/training/run-task.ts';
import type { FitOutcome, FitTask } from '../engine/training/tasks.ts';
import { hasMl100k, ml100kFolder, readMl100k } from '../test/support/ml-100k.ts';

/** HR@10 and NDCG@10 of the same models in Python on the same split of MovieLens 100K, one run each; standard error .010 and .006. */
const peers: Record<string, string> = {
  ials: '.123 / .062',
  'normalised-linear': '.120 / .063',
  ease: '.116 / .062',
  bpr: '.108 / .050',
  'two-tower': '.105 / .050',
  'spectral-filter': '.099 / .046',
  rp3beta: '.092 / .045',
  'item-knn': '.090 / .043',
  popularity: '.058 / .029',
};

type Data = Omit<FitTask, 'kind' | 'model' | 'params' | 'seed' | 'ks'>;
interface Source {
  name: string;
  seeds: number[];
  read(): Promise<Data>;
}

const quiet = { checkpoint: async () => {}, curve: () => {}, log: () => {}, signal: new AbortController().signal };

function movieLens(): Data {
  const { interactions, ...data } = readMl100k();
  const split: Split = { kind: 'leave-last-out' };
  const { train, test } = splitInteractions(interactions, split, { seed: 1, userCount: data.userCount });
  return { ...data, train, test, split, oracle: null };
}

async function generated(users: number, items: number, events: number): Promise<Data> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'recsmith-quality-bench-'));
  const database = await openDatabase(path.join(folder, 'data.duckdb'));
  try {
    await generate({ out: path.join(folder, 'data'), users, items, events, seed: 42 }, quiet);
    await importPaths(database, { paths: [path.join(folder, 'data')] }, quiet);
    const { userIds, itemIds, interactions, ...data } = await readTrainingData(database, { minValue: 'auto' });
    const split: Split = { kind: 'temporal', testShare: 0.2 };
    const { train, test } = splitInteractions(interactions, split, { seed: 1, userCount: userIds.length });
    return { ...data, userCount: userIds.length, itemCount: itemIds.length, train, test, split };
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const size = (value: number): string => value.toLocaleString('en');
const sources: Source[] = [
  ...(hasMl100k ? [{ name: 'MovieLens 100K', seeds: [1, 2, 3], read: async () => movieLens() }] : []),
  ...(
    [
      [1000, 500, 10_000],
      [1000, 500, 100_000],
      [5000, 3000, 300_000],
      [10_000, 20_000, 200_000],
    ] as const
  ).map(([users, items, events]) => ({
    name: `generated, ${size(users)} users × ${size(items)} items × ${size(events)} events`,
    seeds: [1],
    read: () => generated(users, items, events),
  })),
];

interface Row {
  data: string;
  model: string;
  label: string;
  seed: number;
  testUsers: number;
  hitRate: number;
  ndcg: number;
  ndcgError: number;
  oracle: number | null;
  seconds: number;
  settled: FitOutcome['settled'];
}

async function measure(data: Data, model: string, seed: number): Promise<Omit<Row, 'data' | 'label'>> {
  const outcome = await runTask({ kind: 'fit', model, params: {}, seed, ...data, ks: [10] }, quiet);
  return {
    model,
    seed,
    testUsers: data.test.users.length,
    hitRate: outcome.metrics['hit-rate@10'] as number,
    ndcg: outcome.metrics['ndcg@10'] as number,
    ndcgError: outcome.errors['ndcg@10'] as number,
    oracle: outcome.oracle?.['ndcg@10'] ?? null,
    seconds: outcome.seconds,
    settled: outcome.settled,
  };
}

const short = (value: number): string => value.toFixed(3).replace(/^0/, '');
const range = (values: number[]): string => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.length > 1 ? `${short(mean)} (${short(Math.min(...values))} to ${short(Math.max(...values))})` : short(mean);
};

function tableOf(rows: Row[], data: string): string[] {
  const own = rows.filter((row) => row.data === data);
  const beside = data === 'MovieLens 100K';
  const oracle = own[0]?.oracle;
  const lines = [...new Set(own.map(({ model }) => model))].map((model) => {
    const same = own.filter((row) => row.model === model);
    const ndcg = range(same.map((row) => row.ndcg));
    const share = oracle ? ` | ${((100 * (same[0] as Row).ndcg) / oracle).toFixed(0)} %` : '';
    const peer = beside ? ` | ${peers[model] ?? '–'}` : '';
    return `| ${(same[0] as Row).label} | ${range(same.map((row) => row.hitRate))} | ${ndcg}${share}${peer} | ${(same[0] as Row).seconds.toFixed(1)} |`;
  });
  return [
    `## ${data}`,
    '',
    `${size((own[0] as Row).testUsers)} test users; standard error of NDCG@10 about ${short((own[0] as Row).ndcgError)}.${oracle ? ` The oracle has NDCG@10 ${short(oracle)}.` : ''}`,
    '',
    `| model | HR@10 | NDCG@10${oracle ? ' | of the oracle' : ''}${beside ? ' | Python peer, HR / NDCG' : ''} | seconds |`,
    `|---|---|---|${oracle ? '---|' : ''}${beside ? '---|' : ''}---|`,
    ...lines,
    '',
  ];
}

async function main(): Promise<void> {
  // npm run bench -- quality [models, by comma] [seeds, by comma] [part of a set's name]
  const [models = '', seeds = '', part = ''] = process.argv.slice(2);
  const wanted = retrievalModels.filter(({ id }) => models === '' || models === 'all' || models.split(',').includes(id));
  if (!hasMl100k) process.stdout.write(`MovieLens 100K is not at ${ml100kFolder}: left out. RECSMITH_ML100K names its folder.\n`);
  const rows: Row[] = [];
  for (const source of sources.filter(({ name }) => name.includes(part))) {
    const data = await source.read();
    for (const { id, label } of wanted) {
      for (const seed of seeds ? seeds.split(',').map(Number) : source.seeds) {
        const row = { data: source.name, label, ...(await measure(data, id, seed)) };
        rows.push(row);
        const settled = Object.entries(row.settled ?? {}).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
        process.stdout.write(
          `${source.name}, ${label}, seed ${seed}: HR@10 ${row.hitRate.toFixed(4)}, NDCG@10 ${row.ndcg.toFixed(4)}, ${row.seconds.toFixed(1)} s; ${settled.join(', ')}\n`,
        );
      }
    }
  }
  const machine = `${os.cpus().length} cores, ${os.cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.version}, load ${(os.loadavg()[0] as number).toFixed(1)}`;
  const folder = process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results');
  const file = path.join(folder, 'quality.json');
  // What was measured again takes the place of what was there.
  const before: Row[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).rows : [];
  const keyOf = ({ data, model, seed }: Row): string => `${data} ${model} ${seed}`;
  const fresh = new Map(rows.map((row) => [keyOf(row), row]));
  const all = [
    ...before.map((row) => fresh.get(keyOf(row)) ?? row),
    ...rows.filter((row) => !before.some((old) => keyOf(old) === keyOf(row))),
  ];
  writeFileSync(file, `${JSON.stringify({ machine, rows: all }, null, 2)}\n`);
  const text = [
    '# What the defaults reach',
    '',
    'Every setting that is open is chosen by validation inside the training time; each test set is looked at once, at the end. MovieLens 100K: ratings from 4, the last',
    'item of each user held out (ties in time by item), all 1,682 items ranked; means over seeds with the lowest and highest. Generated sets: the last fifth of the time',
    `held out. ${machine}.`,
    '',
    ...[...new Set(all.map(({ data }) => data))].flatMap((data) => tableOf(all, data)),
  ];
  writeFileSync(path.join(folder, 'quality.md'), text.join('\n'));
}

void main();

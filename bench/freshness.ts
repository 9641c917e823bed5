/** Known users brought up to date without a training: NDCG@10 as trained, after the update, and trained again on all of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openDatabase } from '../engine/data/database.ts';
import { generate } from '../engine/data/generate.ts';
import { importPaths } from '../engine/data/import-paths.ts';
import { readTrainingData } from '../engine/data/training-data.ts';
import { evaluateTopK } from '../engine/evaluation/evaluate.ts';
import { groupByUser, type HeldOut, heldOutFromPairs, pickInteractions } from '../engine/evaluation/held-out.ts';
import type { Interactions, Matrix, SparseMatrix } from '../engine/math/arrays.ts';
import { createRandom } from '../engine/math/random.ts';
import { toSparseMatrix } from '../engine/math/sparse.ts';
import { scoreByVectors } from '../engine/models/factorised.ts';
import { followerOf } from '../engine/models/freshened.ts';
import type { FittedModel, History, TrainingSet } from '../engine/models/model.ts';
import { parseParams } from '../engine/models/parameters.ts';
import { findRetrievalModel } from '../engine/models/registry.ts';
import { loadTensorFlow } from '../engine/models/tensorflow.ts';
import { hasMl100k, readMl100k } from '../test/support/ml-100k.ts';

/** Positive interactions in the order of time, and which of them are trained on, come after that, and are to be found in the end. */
interface Source extends Omit<TrainingSet, 'matrix'> {
  trained: Int32Array;
  since: Int32Array;
  last: Int32Array;
}

interface Case {
  name: string;
  model: string;
  params: Record<string, unknown>;
}

const quiet = { checkpoint: async () => {}, curve: () => {}, log: () => {}, signal: new AbortController().signal };

/** The first 80 % of the time, the next 10 %, the last 10 %. */
async function generated(users: number, items: number, events: number): Promise<Source> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'recsmith-freshness-bench-'));
  const database = await openDatabase(path.join(folder, 'data.duckdb'));
  try {
    await generate({ out: path.join(folder, 'data'), users, items, events, seed: 42 }, quiet);
    await importPaths(database, { paths: [path.join(folder, 'data')] }, quiet);
    const { userIds, itemIds, interactions, userFeatures, itemFeatures } = await readTrainingData(database, { minValue: 'auto' });
    const count = interactions.users.length;
    const all = Int32Array.from({ length: count }, (_, at) => at);
    const [first, second] = [Math.round(count * 0.8), Math.round(count * 0.9)];
    const parts = { trained: all.subarray(0, first), since: all.subarray(first, second), last: all.subarray(second) };
    return { userCount: userIds.length, itemCount: itemIds.length, interactions, userFeatures, itemFeatures, ...parts };
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each user's items but six, five of these, the last one. */
function movieLens(): Source {
  const data = readMl100k();
  const { offsets, positions } = groupByUser(data.interactions.users, data.userCount);
  const parts = { trained: [] as number[], since: [] as number[], last: [] as number[] };
  for (let user = 0; user < data.userCount; user++) {
    const own = [...positions.subarray(offsets[user], offsets[user + 1])];
    const known = own.length < 8 ? own.length : own.length - 6;
    parts.trained.push(...own.slice(0, known));
    parts.since.push(...own.slice(known, -1));
    parts.last.push(...own.slice(known).slice(-1));
  }
  const sorted = (values: number[]): Int32Array => Int32Array.from(values).sort();
  return { ...data, trained: sorted(parts.trained), since: sorted(parts.since), last: sorted(parts.last) };
}

function fit(source: Source, positions: Int32Array, { model: id, params }: Case): Promise<FittedModel> {
  const model = findRetrievalModel(id);
  const interactions = pickInteractions(source.interactions, positions);
  const matrix = toSparseMatrix(interactions, source.userCount, source.itemCount);
  const kept = { validate: null, resume: null, keepEpoch: async () => {} };
  const context = { ...quiet, ...kept, random: createRandom(1, id), seed: 1 };
  return model.fit({ ...source, interactions, matrix }, parseParams(model, params), context);
}

/** Of each user what they had: each item once, by the first meeting. */
function historiesOf(source: Source, known: Interactions): History[] {
  const early = pickInteractions(source.interactions, source.trained);
  const trained = new Set(Array.from(early.users, (user, at) => user * source.itemCount + (early.items[at] as number)));
  const { offsets, positions } = groupByUser(known.users, source.userCount);
  return Array.from({ length: source.userCount }, (_, user) => {
    const own = Array.from(positions.subarray(offsets[user], offsets[user + 1]), (at) => known.items[at] as number);
    const items = Int32Array.from(new Set(own));
    const was = (item: number): boolean => trained.has(user * source.itemCount + item);
    return { items, before: items.filter(was), since: items.filter((item) => !was(item)) };
  });
}

async function ndcg(users: Matrix, items: Matrix, train: SparseMatrix, heldOut: HeldOut): Promise<number> {
  const scorer = scoreByVectors(users, items);
  const { metrics } = await evaluateTopK({ score: (rows) => scorer.score(rows), train, heldOut, ks: [10] });
  scorer.dispose();
  return metrics['ndcg@10'] as number;
}

interface Row extends Case {
  data: string;
  asTrained: number;
  updated: number;
  again: number;
  updatedUsers: number;
  millisecondsPerUser: number;
}

async function measure(data: string, source: Source, cases: Case[]): Promise<Row[]> {
  const { interactions, userCount, itemCount } = source;
  const allKnown = Int32Array.from([...source.trained, ...source.since]).sort();
  const known = pickInteractions(interactions, allKnown);
  const matrix = toSparseMatrix(known, userCount, itemCount);
  const histories = historiesOf(source, known);
  const askable = source.last.filter((at) => (histories[interactions.users[at] as number] as History).before.length > 0);
  const at = (values: Int32Array): Int32Array => askable.map((position) => values[position] as number);
  const { test } = heldOutFromPairs(at(interactions.users), at(interactions.items), known, userCount);
  const rows: Row[] = [];
  for (const one of cases) {
    const fitted = await fit(source, source.trained, one);
    const { users, items } = (fitted.embed as NonNullable<FittedModel['embed']>)();
    const follow = followerOf(fitted) as NonNullable<FittedModel['follow']>;
    const moved = users.data.slice();
    const started = performance.now();
    const active = histories.flatMap((history, row) => (history.before.length > 0 && history.since.length > 0 ? [{ history, row }] : []));
    for (const { history, row } of active) moved.set(follow(row, history), row * users.columns);
    const spent = performance.now() - started;
    const again = ((await fit(source, allKnown, one)).embed as NonNullable<FittedModel['embed']>)();
    const row: Row = {
      ...one,
      data,
      asTrained: await ndcg(users, items, matrix, test),
      updated: await ndcg({ ...users, data: moved }, items, matrix, test),
      again: await ndcg(again.users, again.items, matrix, test),
      updatedUsers: active.length,
      millisecondsPerUser: spent / Math.max(active.length, 1),
    };
    fitted.dispose?.();
    rows.push(row);
    process.stdout.write(`${lineOf(row)}\n`);
  }
  return rows;
}

const short = (value: number): string => value.toFixed(4).replace(/^0/, '');
const lineOf = (row: Row): string =>
  `| ${row.name} | ${row.data} | ${short(row.asTrained)} | ${short(row.updated)} | ${short(row.again)} | ${row.millisecondsPerUser.toFixed(2)} |`;

/** Settings that validation chose there, or near them: held fixed, so that all three are of one kind. */
const towers = (epochs: number): Record<'recent' | 'bare', Case> => ({
  recent: { name: 'Two-tower, recent items', model: 'two-tower', params: { temperature: 0.2, recent: 'on', epochs } },
  bare: { name: 'Two-tower, no recent items', model: 'two-tower', params: { temperature: 0.3, recent: 'off', epochs } },
});
const ials = (unobserved: number, regularisation: number, exponent: number): Case => ({
  name: 'iALS',
  model: 'ials',
  params: { unobserved, regularisation, exponent },
});
const bpr = (learningRate: number, regularisation: number): Case => ({
  name: 'BPR-MF',
  model: 'bpr',
  params: { learningRate, regularisation },
});
const sasrec = (horizon: number): Case => ({ name: 'SASRec', model: 'sasrec', params: { horizon, epochs: 15 } });
const lightgcn = (params: Record<string, unknown>): Case => ({ name: `LightGCN, ${params.loss}`, model: 'lightgcn', params });

const { recent, bare } = towers(12);
const sources: { name: string; cases: Case[]; read(): Promise<Source> }[] = [
  ...(hasMl100k
    ? [
        {
          name: 'MovieLens 100K',
          cases: [recent, bare, ials(0.3, 4, 0), bpr(0.1, 0.01), sasrec(1), lightgcn({ loss: 'softmax', temperature: 0.2, epochs: 15 })],
          read: async () => movieLens(),
        },
      ]
    : []),
  {
    name: 'generated, 1,000 × 500 × 100,000',
    cases: [recent, bare, ials(0.3, 8, 1), bpr(0.05, 0.03), sasrec(20), lightgcn({ loss: 'bpr', epochs: 20 })],
    read: () => generated(1000, 500, 100_000),
  },
  {
    name: 'generated, 5,000 × 3,000 × 300,000',
    cases: [recent, bare, ials(0.1, 8, 1), bpr(0.05, 0.03)],
    read: () => generated(5000, 3000, 300_000),
  },
];

async function main(): Promise<void> {
  // npm run bench -- freshness [models, by comma] [part of a set's name]
  const [models = 'all', part = ''] = process.argv.slice(2);
  await loadTensorFlow();
  const head = ['| model | data | as trained | brought up to date | trained again on all of it | ms a user |', '|---|---|---|---|---|---|'];
  process.stdout.write(`${head.join('\n')}\n`);
  const rows: Row[] = [];
  for (const { name, cases, read } of sources.filter((source) => source.name.includes(part))) {
    const wanted = cases.filter(({ model }) => models === 'all' || models.split(',').includes(model));
    if (wanted.length > 0) rows.push(...(await measure(name, await read(), wanted)));
  }
  if (models !== 'all' || part) return;
  const machine = `${os.cpus().length} cores, ${os.cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.version}, load ${(os.loadavg()[0] as number).toFixed(1)}`;
  const folder = process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results');
  writeFileSync(path.join(folder, 'freshness.json'), `${JSON.stringify({ machine, rows }, null, 2)}\n`);
  const text = ['# Known users brought up to date', '', `NDCG@10. ${machine}.`, '', ...head, ...rows.map(lineOf), ''];
  writeFileSync(path.join(folder, 'freshness.md'), text.join('\n'));
}

void main();

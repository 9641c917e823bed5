/** Training examples a second of the two-tower at 30,000 users, 41,000 items and 800,000 interactions, its peak memory, and where the time goes. */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { EntityFeatures, Interactions } from '../engine/math/arrays.ts';
import { createRandom } from '../engine/math/random.ts';
import { toSparseMatrix } from '../engine/math/sparse.ts';
import type { TrainingSet } from '../engine/models/model.ts';
import { loadTensorFlow } from '../engine/models/tensorflow.ts';
import { createExamples, createTowers } from '../engine/models/two-tower-train.ts';

const users = 30_000;
const items = 41_000;
const count = 800_000;
const dimensions = 64;

const cases = [
  { name: 'ids only', batchSize: 4096, recentItems: 0, attributes: false },
  { name: 'ids only', batchSize: 1024, recentItems: 0, attributes: false },
  { name: 'ids, 20 recent items', batchSize: 4096, recentItems: 20, attributes: false },
  { name: 'ids, 20 recent items, attributes', batchSize: 1024, recentItems: 20, attributes: true },
] as const;
type Case = (typeof cases)[number];

interface Figures {
  name: string;
  batchSize: number;
  examplesPerSecond: number;
  millisecondsPerStep: number;
  peakMemoryBytes: number;
  columnsPerStep: number;
  /** Milliseconds a step by TensorFlow op, and in JavaScript. */
  breakdown: [string, number][];
  device: string;
  loadAverage: number;
}

/** Pairs drawn without repeats: a user's activity and an item's popularity both fall with the rank (Zipf, exponents 0.5 and 0.8). */
function synthesise(): Interactions {
  const random = createRandom(1, 'two-tower bench');
  const cumulative = (size: number, exponent: number): Float64Array => {
    let sum = 0;
    return Float64Array.from({ length: size }, (_, rank) => {
      sum += (rank + 1) ** -exponent;
      return sum;
    });
  };
  const draw = (sums: Float64Array): number => {
    const point = random.next() * (sums[sums.length - 1] as number);
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) <= point) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const byUser = cumulative(users, 0.5);
  const byItem = cumulative(items, 0.8);
  const met = new Set<number>();
  while (met.size < count) met.add(draw(byUser) * items + draw(byItem));
  const pairs = [...met];
  return {
    users: Int32Array.from(pairs, (pair) => Math.floor(pair / items)),
    items: Int32Array.from(pairs, (pair) => pair % items),
    weights: new Float32Array(count).fill(1),
    timestamps: Float64Array.from(pairs, (_, at) => at * 1000),
  };
}

function featuresOf(rows: number, attributes: boolean): EntityFeatures {
  if (!attributes) return { rows, categories: [], lists: [], numbers: [] };
  const random = createRandom(2, `features ${rows}`);
  const vocabulary = (size: number): string[] => Array.from({ length: size }, (_, i) => `v${i}`);
  return {
    rows,
    categories: [{ name: 'category', vocabulary: vocabulary(40), codes: Int32Array.from({ length: rows }, () => random.integer(40)) }],
    lists: [
      {
        name: 'tags',
        vocabulary: vocabulary(500),
        offsets: Int32Array.from({ length: rows + 1 }, (_, row) => row * 3),
        codes: Int32Array.from({ length: rows * 3 }, () => random.integer(500)),
      },
    ],
    numbers: [{ name: 'number', values: Float32Array.from({ length: rows }, () => random.normal()) }],
  };
}

/** One case, in a process of its own. */
async function measure({ name, batchSize, recentItems, attributes }: Case): Promise<Figures> {
  const tensorflow = await loadTensorFlow();
  const interactions = synthesise();
  const matrix = toSparseMatrix(interactions, users, items);
  const set: TrainingSet = {
    userCount: users,
    itemCount: items,
    interactions,
    matrix,
    userFeatures: featuresOf(users, attributes),
    itemFeatures: featuresOf(items, attributes),
  };
  const spent = new Map<string, number>();
  let columns = 0;
  const { native } = tensorflow;
  if (native) {
    // The binding's own functions cannot be replaced: an object before it that times one of them takes its place, where tfjs and the tables look for it.
    const executeOp: typeof native.executeOp = (op, ...rest) => {
      const since = performance.now();
      const result = native.executeOp(op, ...rest);
      spent.set(op, (spent.get(op) ?? 0) + performance.now() - since);
      if (op === 'Exp' && (result[0]?.shape[1] ?? 0) > 1) columns += result[0]?.shape[1] as number;
      return result;
    };
    const timed = Object.create(native, { executeOp: { value: executeOp } }) as typeof native;
    tensorflow.native = timed;
    (tensorflow.tf.backend() as unknown as { binding: typeof native }).binding = timed;
  }
  const settings = {
    dimensions,
    hidden: [],
    recentItems,
    recentDecay: 0.7,
    temperature: 0.2,
    batchSize,
    negatives: 'in-batch' as const,
    extraNegatives: 0,
    idDropout: 0,
    logQ: true,
    eventWeights: false,
  };
  const towers = createTowers(set, createExamples(set), settings, createRandom(1));
  const warmUp = 20;
  const steps = 150;
  let step = 0;
  let from = 0;
  let milliseconds = 0;
  const enough = new Error('enough');
  const onStep = async (): Promise<void> => {
    step++;
    if (step === warmUp) {
      spent.clear();
      columns = 0;
      from = performance.now();
    }
    if (step === warmUp + steps) {
      milliseconds = performance.now() - from;
      throw enough;
    }
  };
  await towers.trainEpoch({ epoch: 1, random: createRandom(2), rate: () => 0.1, onStep }).catch((error: unknown) => {
    if (error !== enough) throw error;
  });
  const ops = [...spent].map(([op, total]): [string, number] => [op, total / steps]).sort((a, b) => b[1] - a[1]);
  const inOps = ops.reduce((sum, [, each]) => sum + each, 0);
  const small = ops.slice(8).reduce((sum, [, each]) => sum + each, 0);
  return {
    name,
    batchSize,
    examplesPerSecond: (steps * batchSize * 1000) / milliseconds,
    millisecondsPerStep: milliseconds / steps,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    columnsPerStep: columns / steps,
    breakdown: [...ops.slice(0, 8), ['other ops', small], ['JavaScript', milliseconds / steps - inOps]],
    device: tensorflow.report.reason,
    loadAverage: os.loadavg()[0] as number,
  };
}

function inProcess(index: number): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [String(index)], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } });
    child.once('message', (figures) => resolve(figures as Figures));
    child.once('exit', (code) => reject(new Error(`The case ended with code ${code}.`)));
  });
}

const number = (value: number): string => Math.round(value).toLocaleString('en');

function asMarkdown(machine: string, rows: Figures[]): string {
  const table = rows.map(
    (row) =>
      `| ${row.name} | ${number(row.batchSize)} | ${number(row.examplesPerSecond)} | ${row.millisecondsPerStep.toFixed(1)} | ${number(row.columnsPerStep)} | ${number(row.peakMemoryBytes / 1e6)} | ${row.loadAverage.toFixed(1)} |`,
  );
  const parts = rows.flatMap((row) => [
    '',
    `### ${row.name}, batch ${number(row.batchSize)}`,
    '',
    '| where | ms a step |',
    '|---|---|',
    ...row.breakdown.map(([where, each]) => `| ${where} | ${each.toFixed(2)} |`),
  ]);
  return [
    '# Two-tower training',
    '',
    `${number(users)} users, ${number(items)} items, ${number(count)} interactions (Zipf), dimension ${dimensions}. ${machine}. ${rows[0]?.device ?? ''}`,
    '',
    '| what | batch | examples/s | ms a step | distinct items a step | peak memory (MB) | load average |',
    '|---|---|---|---|---|---|---|',
    ...table,
    '',
    '## Where the time goes',
    ...parts,
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  const only = process.argv[2];
  if (process.send && only !== undefined) {
    process.send(await measure(cases[Number(only)] as Case), () => process.exit(0));
    return;
  }
  const rows: Figures[] = [];
  for (let i = 0; i < cases.length; i++) {
    const row = await inProcess(i);
    rows.push(row);
    process.stdout.write(
      `${row.name}, batch ${number(row.batchSize)}: ${number(row.examplesPerSecond)} examples/s, ${row.millisecondsPerStep.toFixed(1)} ms a step, peak memory ${number(row.peakMemoryBytes / 1e6)} MB (load ${row.loadAverage.toFixed(1)})\n`,
    );
    for (const [where, each] of row.breakdown) process.stdout.write(`    ${where.padEnd(32)} ${each.toFixed(2).padStart(7)} ms\n`);
  }
  const machine = `${os.cpus().length} cores, ${os.cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.version}`;
  const folder = process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results');
  writeFileSync(
    path.join(folder, 'two-tower.json'),
    `${JSON.stringify({ machine, users, items, interactions: count, dimensions, rows }, null, 2)}\n`,
  );
  writeFileSync(path.join(folder, 'two-tower.md'), asMarkdown(machine, rows));
}

void main();

/** One training of the two-tower and one of iALS on 1 million and on 10 million interactions, as the trainer does it: seconds an interaction, and peak memory. */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { evaluateTopK } from '../engine/evaluation/evaluate.ts';
import { splitInteractions } from '../engine/evaluation/split.ts';
import type { EntityFeatures, Interactions } from '../engine/math/arrays.ts';
import { createRandom } from '../engine/math/random.ts';
import { toSparseMatrix } from '../engine/math/sparse.ts';
import type { FitContext, TrainingSet } from '../engine/models/model.ts';
import { parseParams } from '../engine/models/parameters.ts';
import { findRetrievalModel } from '../engine/models/registry.ts';
import { loadTensorFlow } from '../engine/models/tensorflow.ts';

const sizes = [
  { users: 100_000, items: 20_000, count: 1_000_000 },
  { users: 1_000_000, items: 200_000, count: 10_000_000 },
] as const;
type Size = (typeof sizes)[number];
/** Passes are what time is measured by: one of the two-tower, the usual sixteen of iALS. */
const models: Record<string, Record<string, unknown>> = { 'two-tower': { epochs: 1 }, ials: {} };

interface Figures {
  model: string;
  size: Size;
  params: Record<string, unknown>;
  seconds: number;
  microsecondsPerExample: number;
  examplesPerSecond: number;
  peakMemoryBytes: number;
  /** The process's memory before the training starts: the data. */
  memoryBefore: number;
  phases: [string, number][];
  loadAverage: number;
}

/** A user's activity and an item's popularity both fall with the rank (Zipf, exponents 0.5 and 0.8). */
function synthesise({ users, items, count }: Size): Interactions {
  const random = createRandom(1, 'two-tower scale');
  const sums = (size: number, exponent: number): Float64Array => {
    let sum = 0;
    return new Float64Array(size).map((_, rank) => {
      sum += (rank + 1) ** -exponent;
      return sum;
    });
  };
  const draw = (of: Float64Array): number => {
    const point = random.next() * (of[of.length - 1] as number);
    let low = 0;
    let high = of.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((of[middle] as number) <= point) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const [byUser, byItem] = [sums(users, 0.5), sums(items, 0.8)];
  return {
    users: new Int32Array(count).map(() => draw(byUser)),
    items: new Int32Array(count).map(() => draw(byItem)),
    weights: new Float32Array(count).fill(1),
    timestamps: new Float64Array(count).map((_, at) => at * 1000),
  };
}

const noFeatures = (rows: number): EntityFeatures => ({ rows, categories: [], lists: [], numbers: [] });

const setOf = (interactions: Interactions, { users, items }: Size): TrainingSet => ({
  userCount: users,
  itemCount: items,
  interactions,
  matrix: toSparseMatrix(interactions, users, items),
  userFeatures: noFeatures(users),
  itemFeatures: noFeatures(items),
});

/** What a trainer does: train on all but each user's last item, choose by 5,000 of those, then train on everything. */
async function measure(id: string, size: Size, words: Record<string, unknown>): Promise<Figures> {
  const model = findRetrievalModel(id);
  await loadTensorFlow();
  const all = synthesise(size);
  const { train, test } = splitInteractions(all, { kind: 'leave-last-out' }, { seed: 1, userCount: size.users });
  const asked = 5000;
  const heldOut = {
    users: test.users.slice(0, asked),
    offsets: test.offsets.slice(0, asked + 1),
    items: test.items.slice(0, test.offsets[asked]),
  };
  const memoryBefore = process.memoryUsage.rss();
  const params = parseParams(model, { ...models[id], ...words });
  const phases: [string, number][] = [];
  let since = performance.now();
  const started = since;
  const checkpoint = async ({ phase }: { phase: string }): Promise<void> => {
    const now = performance.now();
    const last = phases.at(-1);
    if (last?.[0] === phase) last[1] += now - since;
    else phases.push([phase, now - since]);
    since = now;
  };
  const context: FitContext = {
    ...{ random: createRandom(1), seed: 1, resume: null, checkpoint, curve: () => {}, keepEpoch: async () => {} },
    log: (text) => process.stdout.write(`    ${text}\n`),
    validate: null,
  };
  const part = setOf(train, size);
  const first = await model.fit(part, params, {
    ...context,
    validate: async (score) => (await evaluateTopK({ score, train: part.matrix, heldOut, ks: [10] })).metrics,
  });
  const { settled, examplesPerSecond = 0 } = first.facts ?? {};
  first.dispose?.();
  const final = await model.fit(setOf(all, size), { ...params, ...settled }, context);
  final.dispose?.();
  const seconds = (performance.now() - started) / 1000;
  return {
    ...{ model: id, size, params, seconds, memoryBefore, phases, examplesPerSecond },
    microsecondsPerExample: (seconds * 1e6) / size.count,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    loadAverage: os.loadavg()[0] as number,
  };
}

function inProcess(model: string, index: number): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [model, String(index), ...process.argv.slice(3)]);
    child.once('message', (figures) => resolve(figures as Figures));
    child.once('exit', (code, signal) => reject(new Error(`The training ended with ${signal ?? code}.`)));
  });
}

/** `epochs=1 dimensions=64` … */
const settings = (words: string[]): Record<string, unknown> => Object.fromEntries(words.map((word) => word.split('=') as [string, string]));

const thousands = (value: number): string => Math.round(value).toLocaleString('en');

async function both(model: string): Promise<[Figures, Figures]> {
  const rows: Figures[] = [];
  for (let i = 0; i < sizes.length; i++) {
    const row = await inProcess(model, i);
    rows.push(row);
    process.stdout.write(
      `${model}, ${thousands(row.size.count)} interactions: ${row.seconds.toFixed(1)} s, ${row.microsecondsPerExample.toFixed(1)} µs an interaction, ${thousands(row.examplesPerSecond)} examples/s, peak memory ${(row.peakMemoryBytes / 1e9).toFixed(2)} GB, ${(row.memoryBefore / 1e9).toFixed(2)} GB of it before (load ${row.loadAverage.toFixed(1)})\n`,
    );
    for (const [phase, each] of row.phases) process.stdout.write(`    ${phase.padEnd(32)} ${(each / 1000).toFixed(1).padStart(7)} s\n`);
  }
  const [small, large] = rows as [Figures, Figures];
  process.stdout.write(
    `${model}, ten times the data: ${(large.microsecondsPerExample / small.microsecondsPerExample).toFixed(2)} × the time an interaction\n`,
  );
  return [small, large];
}

function textOf(rows: [Figures, Figures][], machine: string): string {
  const lines = rows.flatMap(([small, large]) =>
    [small, large].map((row) => {
      const ratio = row === large ? (large.microsecondsPerExample / small.microsecondsPerExample).toFixed(2) : '';
      return `| ${row.model} | ${thousands(row.size.count)} | ${thousands(row.size.users)} | ${thousands(row.size.items)} | ${row.seconds.toFixed(0)} | ${row.microsecondsPerExample.toFixed(1)} | ${ratio} | ${(row.peakMemoryBytes / 1e9).toFixed(2)} | ${row.loadAverage.toFixed(1)} |`;
    }),
  );
  return [
    '# Ten times the data',
    '',
    `A training as the trainer does it: the search on all but each user's last item, then the fit on everything; the two-tower with one epoch, iALS with its sixteen. ${machine}.`,
    '',
    '| model | interactions | users | items | seconds | µs an interaction | × of the smaller | peak memory (GB) | load |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  // npm run bench -- scale [model] [name=value …]
  if (process.send) {
    const [model, index, ...words] = process.argv.slice(2);
    process.send(await measure(model as string, sizes[Number(index)] as Size, settings(words)), () => process.exit(0));
    return;
  }
  const only = process.argv[2];
  const rows: [Figures, Figures][] = [];
  for (const model of only ? [only] : Object.keys(models)) rows.push(await both(model));
  if (only) return;
  const folder = process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results');
  const machine = `${os.cpus().length} cores, ${os.cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.version}`;
  writeFileSync(path.join(folder, 'scale.json'), `${JSON.stringify({ machine, rows: rows.flat() }, null, 2)}\n`);
  writeFileSync(path.join(folder, 'scale.md'), textOf(rows, machine));
}

void main();

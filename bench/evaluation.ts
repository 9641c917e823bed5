/** Seconds of an exact evaluation of 30,000 users on 41,000 items at k = 20, and where the time goes, beside numpy's. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createCatalogue } from '../engine/evaluation/catalogue.ts';
import { evaluateTopK } from '../engine/evaluation/evaluate.ts';
import type { HeldOut } from '../engine/evaluation/held-out.ts';
import { createSelector, usersPerBlock } from '../engine/evaluation/select.ts';
import type { Matrix, SparseMatrix } from '../engine/math/arrays.ts';
import { createRandom } from '../engine/math/random.ts';
import { buildSparseMatrix, hasCell } from '../engine/math/sparse.ts';
import { scoreByVectors } from '../engine/models/factorised.ts';
import { loadTensorFlow } from '../engine/models/tensorflow.ts';

const users = 30_000;
const items = 41_000;
const pairs = 800_000;
const k = 20;
const repeats = 3;

interface Row {
  what: string;
  seconds: number;
  /** Processor time: on a machine that others use too it says more than the clock. */
  cpuSeconds: number;
  usersPerSecond: number;
}

async function timed(what: string, work: () => Promise<void>): Promise<Row> {
  const rows: Row[] = [];
  for (let i = 0; i < repeats; i++) {
    const cpu = process.cpuUsage();
    const started = performance.now();
    await work();
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    rows.push({ what, seconds, cpuSeconds: (user + system) / 1e6, usersPerSecond: users / seconds });
  }
  // The median of the repeats.
  return rows.sort((a, b) => a.seconds - b.seconds)[repeats >> 1] as Row;
}

/** Pairs without repeats; an item's popularity falls with its row. One more item of each user is held out. */
function synthesise(): { train: SparseMatrix; heldOut: HeldOut } {
  const random = createRandom(1, 'evaluation bench');
  const drawItem = (): number => Math.floor(items * random.next() ** 3);
  const train = buildSparseMatrix(
    users,
    items,
    Int32Array.from({ length: pairs }, (_, at) => at % users),
    Int32Array.from({ length: pairs }, drawItem),
  );
  const held = Int32Array.from({ length: users }, (_, user) => {
    let item = drawItem();
    while (hasCell(train, user, item)) item = drawItem();
    return item;
  });
  const row = (_: unknown, at: number): number => at;
  return {
    train,
    heldOut: { users: Int32Array.from({ length: users }, row), offsets: Int32Array.from({ length: users + 1 }, row), items: held },
  };
}

function vectors(rows: number, columns: number, label: string): Matrix {
  const random = createRandom(2, label);
  return { rows, columns, data: Float32Array.from({ length: rows * columns }, () => random.normal()) };
}

/** The same work in numpy: product, mask, argpartition, block by block. */
const peer = `
import json, sys, time
import numpy as np
users, items, k, dimensions, block = (int(word) for word in sys.argv[1:])
random = np.random.default_rng(1)
u = random.standard_normal((users, dimensions), dtype=np.float32)
v = random.standard_normal((items, dimensions), dtype=np.float32)
seen = random.integers(0, items, (users, 27))
started, cpu = time.perf_counter(), time.process_time()
for begin in range(0, users, block):
    scores = u[begin:begin + block] @ v.T
    np.put_along_axis(scores, seen[begin:begin + block], -np.inf, axis=1)
    top = np.argpartition(scores, -k, axis=1)[:, -k:]
    order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1)
    top = np.take_along_axis(top, order, axis=1)
print(json.dumps([time.perf_counter() - started, time.process_time() - cpu]))
`;

function numpyRow(dimensions: number): Row | null {
  const python = process.env.RECSMITH_BENCH_PYTHON;
  if (!python) return null;
  const words = [users, items, k, dimensions, 1000].map(String);
  const { status, stdout, stderr } = spawnSync(python, ['-c', peer, ...words], { encoding: 'utf8' });
  if (status !== 0) {
    process.stderr.write(`numpy: ${stderr}\n`);
    return null;
  }
  const [seconds, cpuSeconds] = JSON.parse(stdout) as [number, number];
  return { what: `numpy, product and selection alone, dimension ${dimensions}`, seconds, cpuSeconds, usersPerSecond: users / seconds };
}

async function measure(dimensions: number, train: SparseMatrix, heldOut: HeldOut): Promise<Row[]> {
  const fitted = scoreByVectors(vectors(users, dimensions, 'users'), vectors(items, dimensions, 'items'));
  const catalogue = createCatalogue(train);
  const input = { score: (rows: Int32Array) => fitted.score(rows), train, heldOut, ks: [10, k] };
  const label = (what: string): string => `${what}, dimension ${dimensions}`;
  const rows = [
    await timed(label('whole evaluation'), async () => {
      await evaluateTopK({ ...input, catalogue });
    }),
    await timed(label('accuracy alone'), async () => {
      await evaluateTopK(input);
    }),
    await timed(label('product and its copy'), async () => {
      const block = usersPerBlock(items);
      for (let begin = 0; begin < users; begin += block) fitted.score(heldOut.users.subarray(begin, begin + block));
    }),
    await timed(label('product, mask and selection'), async () => {
      const block = usersPerBlock(items);
      const selector = createSelector({ seen: train, k, users });
      for (let begin = 0; begin < users; begin += block) {
        const own = heldOut.users.subarray(begin, begin + block);
        await selector.select(fitted.score(own), own);
      }
      await selector.dispose();
    }),
  ];
  fitted.dispose();
  const beside = numpyRow(dimensions);
  return beside ? [...rows, beside] : rows;
}

async function main(): Promise<void> {
  const { report } = await loadTensorFlow();
  const { train, heldOut } = synthesise();
  const machine = `${os.cpus().length} cores, ${os.cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.version}`;
  const load = (os.loadavg()[0] as number).toFixed(1);
  const rows: Row[] = [];
  for (const dimensions of [64, 128]) {
    for (const row of await measure(dimensions, train, heldOut)) {
      rows.push(row);
      const { what, seconds, cpuSeconds, usersPerSecond } = row;
      process.stdout.write(
        `${what}: ${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s of processor time, ${Math.round(usersPerSecond).toLocaleString('en')} users/s\n`,
      );
    }
  }
  const folder = process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results');
  const table = rows.map(
    ({ what, seconds, cpuSeconds, usersPerSecond }) =>
      `| ${what} | ${seconds.toFixed(2)} | ${cpuSeconds.toFixed(2)} | ${Math.round(usersPerSecond).toLocaleString('en')} |`,
  );
  const text = [
    '# Evaluation',
    '',
    `${users.toLocaleString('en')} users × ${items.toLocaleString('en')} items, lists of ${k}, ${pairs.toLocaleString('en')} training pairs masked; median of ${repeats}. ${machine}; load average ${load}. ${report.reason}`,
    '',
    '| what | s | processor s | users/s |',
    '|---|---:|---:|---:|',
    ...table,
    '',
  ];
  writeFileSync(path.join(folder, 'evaluation.json'), `${JSON.stringify({ machine, load, users, items, pairs, k, rows }, null, 2)}\n`);
  writeFileSync(path.join(folder, 'evaluation.md'), text.join('\n'));
  process.exit(0);
}

void main();

/** The two-tower beside one in Keras with a compiled train step, in one run: examples a second, and seconds until the same validation NDCG. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { evaluateTopK } from '../engine/evaluation/evaluate.ts';
import type { EntityFeatures } from '../engine/math/arrays.ts';
import { createRandom } from '../engine/math/random.ts';
import { toSparseMatrix } from '../engine/math/sparse.ts';
import { parseParams } from '../engine/models/parameters.ts';
import { loadTensorFlow } from '../engine/models/tensorflow.ts';
import { twoTower } from '../engine/models/two-tower.ts';
import { clusteredPairs } from './support/clustered-pairs.ts';

const [users, items, pairs] = [30_000, 41_000, 800_000];
const shared = { dimensions: 64, learningRate: 0.1, temperature: 0.2 };
/** Both in the same batches, and ours in batches of our choice. */
const batches = [4096, 1024, 512];
const epochs = Number(process.argv[2] ?? 6);

interface Course {
  name: string;
  examplesPerSecond: number;
  epochs: { seconds: number; ndcg: number; error?: number }[];
}

const data = clusteredPairs(users, items, pairs);
const { train, heldOut } = data;

function keras(): Course {
  const python = process.env.RECSMITH_BENCH_PYTHON;
  if (!python) throw new Error('There is no Python with the libraries to compare with.');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'recsmith-two-tower-bench-'));
  try {
    writeFileSync(path.join(folder, 'shape.json'), JSON.stringify({ users, items }));
    const arrays = {
      'train-users': train.users,
      'train-items': train.items,
      'held-out-users': heldOut.users,
      'held-out-items': heldOut.items,
    };
    for (const [name, values] of Object.entries(arrays)) writeFileSync(path.join(folder, `${name}.i32`), values);
    const settings = JSON.stringify({ ...shared, batchSize: batches[0], epochs });
    const file = path.join(process.cwd(), 'bench', 'peers', 'keras_two_tower.py');
    const { stdout, stderr, status } = spawnSync(python, [file, folder, settings], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`Keras failed.\n${stderr}`);
    return { name: `Keras, batch ${batches[0]}`, ...(JSON.parse(stdout.trim().split('\n').pop() as string) as Omit<Course, 'name'>) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const noFeatures = (rows: number): EntityFeatures => ({ rows, categories: [], lists: [], numbers: [] });

async function ours(batchSize: number): Promise<Course> {
  const matrix = toSparseMatrix(train, users, items);
  const set = {
    userCount: users,
    itemCount: items,
    interactions: train,
    matrix,
    userFeatures: noFeatures(users),
    itemFeatures: noFeatures(items),
  };
  const offsets = Int32Array.from({ length: heldOut.users.length + 1 }, (_, i) => i);
  const course: Course['epochs'] = [];
  let validating = 0;
  const started = performance.now();
  const params = parseParams(twoTower, { ...shared, batchSize, epochs, patience: epochs, recent: 'off' });
  const fitted = await twoTower.fit(set, params, {
    ...{ random: createRandom(1), seed: 1, resume: null },
    ...{ checkpoint: async () => {}, log: () => {}, keepEpoch: async () => {}, curve: () => {} },
    async validate(score) {
      const since = performance.now();
      const { metrics, errors } = await evaluateTopK({ score, train: matrix, heldOut: { ...heldOut, offsets }, ks: [10] });
      course.push({
        seconds: (since - started - validating) / 1000,
        ndcg: metrics['ndcg@10'] as number,
        error: errors['ndcg@10'] as number,
      });
      validating += performance.now() - since;
      return metrics;
    },
  });
  fitted.dispose?.();
  return { name: `ours, batch ${batchSize}`, examplesPerSecond: fitted.facts?.examplesPerSecond ?? 0, epochs: course };
}

async function main(): Promise<void> {
  const rows = [keras()];
  await loadTensorFlow();
  for (const batchSize of batches) rows.push(await ours(batchSize));
  const [peer] = rows as [Course];
  // Values that differ by less than this over the same users are the same; both must reach the same bar.
  const error = Math.max(...rows.flatMap(({ epochs: course }) => course.map((epoch) => epoch.error ?? 0)));
  const best = ({ epochs: course }: Course): number => Math.max(...course.map(({ ndcg }) => ndcg));
  const bar = best(peer) - error;
  const until = ({ epochs: course }: Course): number => course.find(({ ndcg }) => ndcg >= bar)?.seconds ?? Number.POSITIVE_INFINITY;
  for (const row of rows) {
    process.stdout.write(
      `${row.name}: ${Math.round(row.examplesPerSecond).toLocaleString('en')} examples/s, ${(row.examplesPerSecond / peer.examplesPerSecond).toFixed(2)} × Keras; best NDCG@10 ${best(row).toFixed(4)} ± ${error.toFixed(4)}; ${bar.toFixed(4)}, which is Keras's best less that error, after ${until(row).toFixed(1)} s, ${(until(row) / until(peer)).toFixed(2)} of its time\n`,
    );
    for (const [i, { seconds, ndcg }] of row.epochs.entries())
      process.stdout.write(`    epoch ${i + 1}: ${seconds.toFixed(1).padStart(6)} s  NDCG@10 ${ndcg.toFixed(4)}\n`);
  }
  const machine = `${os.cpus().length} cores, ${os.cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.version}, load ${(os.loadavg()[0] as number).toFixed(1)}`;
  const folder = process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results');
  writeFileSync(
    path.join(folder, 'two-tower-keras.json'),
    `${JSON.stringify({ machine, users, items, pairs, ...shared, bar, rows }, null, 2)}\n`,
  );
}

void main();

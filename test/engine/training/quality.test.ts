import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Split } from '#contract/run';
import { openDatabase } from '../../../engine/data/database.ts';
import { generate } from '../../../engine/data/generate.ts';
import { importPaths } from '../../../engine/data/import-paths.ts';
import { readTrainingData } from '../../../engine/data/training-data.ts';
import { splitInteractions } from '../../../engine/evaluation/split.ts';
import type { EntityFeatures, Interactions } from '../../../engine/math/arrays.ts';
import { runTask } from '../../../engine/training/run-task.ts';
import type { FitOutcome, OracleVectors } from '../../../engine/training/tasks.ts';
import { hasMl100k, ml100kFolder, readMl100k } from '../../support/ml-100k.ts';

/** What the shipped defaults reach, or less training than that: bars, not records. A fall below them means that something broke. */
const quiet = { checkpoint: async () => {}, curve: () => {}, log: () => {}, signal: new AbortController().signal };

interface DataSet {
  userCount: number;
  itemCount: number;
  interactions: Interactions;
  userFeatures: EntityFeatures;
  itemFeatures: EntityFeatures;
  oracle: OracleVectors | null;
}

async function train(
  { interactions, ...data }: DataSet,
  split: Split,
  model = 'two-tower',
  params: Record<string, unknown> = {},
): Promise<{ outcome: FitOutcome; testUsers: number }> {
  const { train: known, test: held } = splitInteractions(interactions, split, { seed: 1, userCount: data.userCount });
  const outcome = await runTask({ kind: 'fit', model, params, seed: 1, ...data, train: known, split, test: held, ks: [10, 20] }, quiet);
  return { outcome, testUsers: held.users.length };
}

if (!hasMl100k) process.stderr.write(`MovieLens 100K is not at ${ml100kFolder}: its test is skipped. RECSMITH_ML100K names its folder.\n`);

test.skipIf(!hasMl100k)(
  'on MovieLens 100K the two-tower and the baselines beside it beat their Python peers',
  async () => {
    const { outcome, testUsers } = await train({ ...readMl100k(), oracle: null }, { kind: 'leave-last-out' });
    expect(testUsers).toBe(942);
    // A Keras two-tower of the same size has .105 and .050; half a standard error above that.
    expect(outcome.metrics['hit-rate@10']).toBeGreaterThanOrEqual(0.11);
    expect(outcome.metrics['ndcg@10']).toBeGreaterThanOrEqual(0.053);
    // A tuned Item-KNN in Python, all items of a history alike.
    const itemKnn = outcome.baselines.find(({ model }) => model === 'item-knn')?.metrics;
    expect(itemKnn?.['hit-rate@10']).toBeGreaterThanOrEqual(0.09);
    expect(itemKnn?.['ndcg@10']).toBeGreaterThanOrEqual(0.043);
    // Popularity is the same in any implementation: it shows that the split is that of the peers.
    expect(outcome.baselines.find(({ model }) => model === 'popularity')?.metrics['hit-rate@10']).toBeCloseTo(0.0584, 4);
  },
  120_000,
);

test.skipIf(!hasMl100k)(
  'on MovieLens 100K SASRec reaches iALS in Python after ten epochs of its sixty',
  async () => {
    const { outcome } = await train({ ...readMl100k(), oracle: null }, { kind: 'leave-last-out' }, 'sasrec', { horizon: 1, epochs: 10 });
    expect(outcome.metrics['hit-rate@10']).toBeGreaterThanOrEqual(0.123);
    expect(outcome.metrics['ndcg@10']).toBeGreaterThanOrEqual(0.062);
  },
  120_000,
);

test('on generated data the two-tower recovers at least four fifths of the oracle', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'quality-'));
  const context = { ...quiet, log: () => {} };
  await generate({ out: path.join(folder, 'data'), users: 1000, items: 500, events: 100_000, seed: 42 }, context);
  const database = await openDatabase(path.join(folder, 'data.duckdb'));
  try {
    await importPaths(database, { paths: [path.join(folder, 'data')] }, context);
    const { userIds, itemIds, ...data } = await readTrainingData(database, { minValue: 'auto' });
    const { outcome } = await train(
      { ...data, userCount: userIds.length, itemCount: itemIds.length },
      { kind: 'temporal', testShare: 0.2 },
    );
    expect(outcome.metrics['ndcg@20']).toBeGreaterThanOrEqual(0.8 * (outcome.oracle?.['ndcg@20'] as number));
    expect(outcome.metrics['ndcg@20']).toBeLessThan(outcome.oracle?.['ndcg@20'] as number);
  } finally {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);

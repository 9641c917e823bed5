import { beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '#contract/errors';
import type { Progress } from '#contract/job';
import { splitInteractions } from '../../../engine/evaluation/split.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { runTask } from '../../../engine/training/run-task.ts';
import type { FitOutcome, FitTask } from '../../../engine/training/tasks.ts';
import { checkerboard } from '../../support/training-sets.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

const quiet = { checkpoint: async () => {}, curve: () => {}, log: () => {}, signal: new AbortController().signal };

function taskOf(changes: Partial<FitTask> = {}): FitTask {
  const { set } = checkerboard();
  const split = { kind: 'leave-last-out' as const };
  const { train, test: held } = splitInteractions(set.interactions, split, { seed: 1, userCount: set.userCount });
  return {
    kind: 'fit',
    model: 'two-tower',
    params: { dimensions: 8, batchSize: 64, epochs: 8 },
    seed: 1,
    userCount: set.userCount,
    itemCount: set.itemCount,
    train,
    split,
    test: held,
    userFeatures: set.userFeatures,
    itemFeatures: set.itemFeatures,
    oracle: null,
    ks: [3],
    ...changes,
  };
}

describe('a fit task', () => {
  test('gives arrays, metrics with errors, validation, and the baselines on the same test set', async () => {
    const outcome = await runTask(taskOf(), quiet);
    expect(outcome.arrays['user.embedding']?.shape).toEqual([40, 8]);
    expect(outcome.metrics['hit-rate@3']).toBeGreaterThan(0.5);
    expect(Object.keys(outcome.errors)).toContain('ndcg@3');
    expect(outcome.validation['ndcg@3']).toBeGreaterThan(0.3);
    expect(outcome.baselines.map(({ model }) => model)).toEqual(['item-knn', 'popularity']);
    expect(outcome.counts.validation).toBe(40);
    expect(outcome.bestEpoch).toBeGreaterThan(0);
    expect(outcome.examplesPerSecond).toBeGreaterThan(0);
    expect(outcome.peakMemoryBytes).toBeGreaterThan(1e7);
    expect(outcome.device.reason).not.toBe('');
  });

  test('says the same to the last digit when it is done again', async () => {
    const digits = ({ metrics, validation, errors, arrays }: FitOutcome) => ({ metrics, validation, errors, arrays });
    expect(digits(await runTask(taskOf(), quiet))).toEqual(digits(await runTask(taskOf(), quiet)));
  });

  test('is compared with the oracle where the true preferences are known', async () => {
    const side = (rows: number) => ({ rows, columns: 1, data: Float32Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? 1 : -1)) });
    const { oracle } = await runTask(taskOf({ model: 'popularity', params: {}, oracle: { users: side(40), items: side(24) } }), quiet);
    // Four of a user's own colour are left after training and validation: the oracle's three cannot miss all of them often.
    expect(oracle?.['hit-rate@3']).toBeGreaterThan(0.5);
  });

  test('does not list a baseline beside itself', async () => {
    const { baselines } = await runTask(taskOf({ model: 'item-knn', params: {} }), quiet);
    expect(baselines.map(({ model }) => model)).toEqual(['popularity']);
  });

  test('fails loudly where a test pair is also in training', async () => {
    const task = taskOf({ model: 'popularity', params: {} });
    const user = task.train.users[0] as number;
    const leak = { users: Int32Array.of(user), offsets: Int32Array.of(0, 1), items: Int32Array.of(task.train.items[0] as number) };
    await expect(runTask({ ...task, test: leak }, quiet)).rejects.toMatchObject({
      code: 'bad_data',
      message: expect.stringContaining('Leakage'),
    });
  });

  test('without anything to train on says so', async () => {
    const none = { users: new Int32Array(0), items: new Int32Array(0), weights: new Float32Array(0), timestamps: new Float64Array(0) };
    await expect(runTask(taskOf({ train: none }), quiet)).rejects.toMatchObject({ code: 'bad_data' });
  });

  test('stops within a batch of being asked to', async () => {
    let batches = 0;
    const checkpoint = async (): Promise<void> => {
      if (++batches === 5) throw new EngineError('cancelled', 'Stopped on request.');
    };
    await expect(runTask(taskOf(), { ...quiet, checkpoint })).rejects.toMatchObject({ code: 'cancelled' });
    expect(batches).toBe(5);
  });

  test('a given test file of one item a user is validated on last items', async () => {
    const task = taskOf({ split: { kind: 'file', path: 'test.csv' }, model: 'popularity', params: {} });
    expect((await runTask(task, quiet)).counts.validation).toBe(40);
  });
});

test('a recommend task gives the best items that were not seen, and -1 where the catalogue ran out', async () => {
  const fit = taskOf({ model: 'popularity', params: {} });
  const { arrays } = await runTask(fit, quiet);
  const users = Int32Array.of(3, 0, 7);
  const all = Array.from({ length: 24 }, (_, item) => item);
  const seen = { offsets: Int32Array.of(0, 0, 2, 24), items: Int32Array.from([0, 1, ...all.slice(0, 22)]) };
  const { items, scores } = await runTask({ kind: 'recommend', model: 'popularity', params: {}, arrays, users, k: 4, seen }, quiet);
  const counts = arrays.popularity?.data as Float32Array;
  const best = (left: number[]): number[] => left.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  expect(Array.from(items)).toEqual([...best([...all]).slice(0, 4), ...best(all.slice(2)).slice(0, 4), ...best([22, 23]), -1, -1]);
  expect(scores[0]).toBe(counts[items[0] as number]);
});

test('a probe task says which device trains', async () => {
  expect((await runTask({ kind: 'probe' }, quiet)).reason).not.toBe('');
});

test('what is reported after the training is marked as evaluation, the baselines’ own fitting too', async () => {
  const parts: string[] = [];
  const checkpoint = async ({ part, phase }: Progress): Promise<void> => void parts.push(`${part ?? 'training'}: ${phase}`);
  await runTask(taskOf(), { ...quiet, checkpoint });
  const first = parts.findIndex((line) => line.startsWith('evaluation'));
  expect(parts[first]).toMatch(/^evaluation: Evaluating /);
  expect(parts.slice(first).every((line) => line.startsWith('evaluation'))).toBe(true);
  expect(parts.at(-1)).toMatch(/^evaluation: Evaluating /);
});

import { expect, test } from 'vitest';
import type { NamedArrays } from '../../../engine/math/arrays.ts';
import { type Contender, type Learner, trainEpochs } from '../../../engine/models/train-epochs.ts';
import { quietContext } from '../../support/training-sets.ts';

/** A model of one weight, which an epoch sets to the next of these values; its one score is its weight. */
function scripted(weights: number[], log: string[] = [], losses: number[] = []): Learner {
  const weight = new Float32Array(1);
  const arrays = (): NamedArrays => ({ weight: { shape: [1], data: weight.slice() } });
  return {
    exampleCount: 10,
    stepsPerEpoch: 1,
    async trainEpoch({ epoch, rate, onStep }) {
      log.push(`epoch ${epoch} at ${rate(0)}`);
      weight[0] = weights[epoch - 1] as number;
      await onStep(10, losses[epoch - 1] ?? 1);
      return losses[epoch - 1] ?? 1;
    },
    scorer: async () => ({ score: () => ({ rows: 1, columns: 1, data: weight }) }),
    snapshot: async () => arrays(),
    state: arrays,
    restore: (state) => weight.set(state.weight?.data as Float32Array),
    dispose: () => void log.push('disposed'),
  };
}

const contender = (learner: Learner, settled: Record<string, unknown> = {}): Contender => ({
  settled,
  rates: { learningRate: 1, warmUp: 0, schedule: 'constant' },
  advice: 'Choose a smaller learning rate (now 1).',
  create: () => learner,
});

/** Validation that takes the weight itself as the NDCG. */
const validate = async (score: (rows: Int32Array) => { data: Float32Array }) => ({ 'ndcg@10': score(new Int32Array(1)).data[0] as number });
const settings = { epochs: 9, patience: 2, scheduleEpochs: 0 };
const weightOf = (arrays: NamedArrays): number => arrays.weight?.data[0] as number;

test('training stops when validation has not become better for `patience` epochs, and keeps the weights of the best', async () => {
  const log: string[] = [];
  const { best, facts } = await trainEpochs(
    [contender(scripted([0.25, 0.5, 0.375, 0.5, 1], log))],
    settings,
    quietContext(1, { validate }),
  );
  // An equal value is no better one, so epoch 4 is the second without.
  expect(log).toEqual(['epoch 1 at 1', 'epoch 2 at 1', 'epoch 3 at 1', 'epoch 4 at 1', 'disposed']);
  expect(weightOf(best)).toBe(0.5);
  expect(facts).toMatchObject({ bestEpoch: 2, settled: { epochs: 2, scheduleEpochs: 9 } });
});

test('without validation it trains the first contender for all epochs and keeps the last weights', async () => {
  const others: string[] = [];
  const { best } = await trainEpochs(
    [contender(scripted([3, 2, 1])), contender(scripted([9, 9, 9], others))],
    { ...settings, epochs: 3 },
    quietContext(),
  );
  expect(weightOf(best)).toBe(1);
  expect(others).toEqual([]);
});

test('half of the contenders drop out after each round, the worst first', async () => {
  const logs: string[][] = [[], [], []];
  const weights = [
    [0.1, 0.2, 0.3, 0.3, 0.3, 0.3],
    [0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
  ];
  const { settled } = await trainEpochs(
    weights.map((own, i) => contender(scripted(own, logs[i]), { choice: i })),
    { ...settings, epochs: 6, patience: 6 },
    quietContext(1, { validate }),
  );
  expect(settled).toEqual({ choice: 1 });
  // Three train two epochs, two of them two more, then the best alone.
  expect(logs.map((log) => log.length - 1)).toEqual([4, 6, 2]);
});

test('of models that converge the last epoch is kept, and contenders are judged by where they are', async () => {
  const logs: string[][] = [[], []];
  // The first was better once, by luck; when the round ends, the second is.
  const weights = [
    [0.9, 0.2, 0.2, 0.2],
    [0.3, 0.3, 0.5, 0.4],
  ];
  const { best, settled, facts } = await trainEpochs(
    weights.map((own, i) => contender(scripted(own, logs[i]), { choice: i })),
    { ...settings, epochs: 4, patience: 1, converges: true },
    quietContext(1, { validate }),
  );
  expect(settled).toEqual({ choice: 1 });
  expect(facts.bestEpoch).toBe(4);
  expect(weightOf(best)).toBeCloseTo(0.4);
  expect(logs.map((log) => log.length - 1)).toEqual([2, 4]);
});

test('a loss that is not a number ends the training with the reason and what to change', async () => {
  const log: string[] = [];
  const learner = scripted([1, 1, 1], log, [1, Number.NaN]);
  await expect(trainEpochs([contender(learner)], settings, quietContext(1, { validate }))).rejects.toMatchObject({
    code: 'diverged',
    message: 'The training diverged: the loss became NaN in epoch 2. Choose a smaller learning rate (now 1).',
  });
  expect(log.at(-1)).toBe('disposed');
});

test('so does a weight that is not finite, though the loss was', async () => {
  await expect(
    trainEpochs([contender(scripted([1, Number.POSITIVE_INFINITY]))], settings, quietContext(1, { validate })),
  ).rejects.toMatchObject({ code: 'diverged', message: expect.stringContaining('a weight of "weight" is not finite after epoch 2') });
});

test('progress counts examples with a rate, and never runs backwards', async () => {
  const shares: number[] = [];
  await trainEpochs(
    [contender(scripted([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]))],
    settings,
    quietContext(1, {
      validate,
      checkpoint: async ({ done, total, rate, unit }) => {
        expect([unit, typeof rate]).toEqual(['examples', 'number']);
        shares.push(done / total);
      },
    }),
  );
  expect(shares).toHaveLength(9);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBeCloseTo(1, 5);
});

test('a checkpoint of another choice of settings is refused', async () => {
  const arrays = { running: { shape: [1], data: Float64Array.of(3) }, seen: { shape: [2], data: Float64Array.of(10, 1) } };
  await expect(
    trainEpochs([contender(scripted([1]))], settings, quietContext(1, { validate, resume: { epoch: 1, arrays } })),
  ).rejects.toMatchObject({ code: 'bad_data' });
});

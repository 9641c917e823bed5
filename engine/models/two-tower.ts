import { z } from 'zod';
import type { Matrix, NamedArrays } from '../math/arrays.ts';
import { scoreByVectors } from './factorised.ts';
import type { FitContext, FittedModel, Model, TrainingSet } from './model.ts';
import { createTowers, type Towers } from './two-tower-train.ts';

const params = z.strictObject({
  dimensions: z.number().int().min(2).max(512).default(64).describe('Length of the user and item vectors.'),
  hidden: z.array(z.number().int().min(1).max(2048)).max(4).default([]).describe('Sizes of the hidden layers of each tower; none by default.'),
  recentItems: z.number().int().min(0).max(200).default(20).describe('How many of the last items of a user go into the user tower, as their mean; 0 leaves them out.'),
  temperature: z.number().min(0.02).max(2).default(0.1).describe('Divides the cosine of user and item: lower makes the model surer of itself.'),
  learningRate: z.number().gt(0).max(10).default(0.1).describe('Step size of Adagrad.'),
  batchSize: z.number().int().min(2).max(65_536).default(1024).describe('Examples a step; their items are each other\'s negatives.'),
  logQ: z.boolean().default(true).describe('Correct for popular items being in batches more often.'),
  idDropout: z.number().min(0).max(0.9).default(0).describe('Share of examples that hide the user id.'),
  regularization: z.number().min(0).max(10).default(0).describe('Pulls the rows a batch touched towards zero.'),
  idScale: z.number().min(0).max(10).default(1).describe('x'),
  attributeScale: z.number().min(0).max(10).default(1).describe('x'),
  recency: z.number().gt(0).max(1).default(1).describe('x'),
  weighting: z.number().min(0).max(1).default(1).describe('x'),
  epochs: z.number().int().min(1).max(1000).default(50).describe('Passes over the training examples at most; validation stops earlier.'),
  patience: z.number().int().min(1).max(100).default(4).describe('Epochs without a better validation NDCG before it stops.'),
});
type Params = z.output<typeof params>;

interface Snapshot {
  users: Matrix;
  items: Matrix;
  epoch: number;
}

function snapshotOf(towers: Towers, set: TrainingSet, epoch: number): Snapshot {
  const all = Int32Array.from({ length: set.userCount }, (_, user) => user);
  return { users: towers.embedUsers(all), items: towers.embedItems(), epoch };
}

function fitted({ users, items, epoch }: Snapshot, examplesPerSecond?: number): FittedModel {
  const model = scoreByVectors(users, items);
  return { ...model, facts: { bestEpoch: epoch, settled: { epochs: epoch }, ...(examplesPerSecond ? { examplesPerSecond } : {}) } };
}

async function validateNow(towers: Towers, validate: NonNullable<FitContext['validate']>): Promise<Record<string, number>> {
  const items = towers.embedItems();
  const zero = { rows: 0, columns: items.columns, data: new Float32Array(0) };
  const scorer = scoreByVectors(zero, items);
  try {
    return await validate((rows) => {
      const users = towers.embedUsers(rows);
      const block = scoreByVectors(users, items);
      const scores = block.score(Int32Array.from(rows, (_, i) => i));
      block.dispose();
      return scores;
    });
  } finally {
    scorer.dispose();
  }
}

export const twoTower: Model<typeof params> = {
  id: 'two-tower',
  label: 'Two-tower',
  summary: 'Two-tower',
  paper: 'Yi et al. 2019',
  needs: ['timestamps', 'attributes'],
  factorised: true,
  baseline: false,
  params,
  async fit(set, settings: Params, context) {
    const towers = createTowers(set, settings, context.random);
    const total = towers.histories.items.length;
    let best: Snapshot | undefined;
    let bestScore = Number.NEGATIVE_INFINITY;
    let busy = 0;
    let done = 0;
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      let at = performance.now();
      const loss = await towers.trainEpoch(async (examples) => {
        busy += performance.now() - at;
        await context.checkpoint({ phase: 'Training', done: (epoch - 1) * total + examples, total: settings.epochs * total, unit: 'examples', rate: 0 });
        at = performance.now();
      });
      done += total;
      const metrics: Record<string, number> = { loss };
      if (context.validate) Object.assign(metrics, await validateNow(towers, context.validate));
      context.curve('training', epoch, metrics);
      const score = metrics['ndcg@10'] ?? epoch;
      if (score > bestScore) {
        bestScore = score;
        best = snapshotOf(towers, set, epoch);
      } else if (best && epoch - best.epoch >= settings.patience) break;
    }
    towers.dispose();
    return fitted(best as Snapshot, (done / busy) * 1000);
  },
  load(arrays: NamedArrays) {
    const matrix = (name: string): Matrix => {
      const array = arrays[name] as { shape: number[]; data: Float32Array };
      return { rows: array.shape[0] as number, columns: array.shape[1] as number, data: array.data };
    };
    return scoreByVectors(matrix('user.embedding'), matrix('item.embedding'));
  },
};

import { z } from 'zod';
import type { NamedArrays } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { scoreByVectors } from './factorised.ts';
import { epochParams } from './learning-rate.ts';
import type { FittedModel, Model, TrainingSet } from './model.ts';
import { type Contender, trainEpochs } from './train-epochs.ts';
import { foldInUser } from './two-tower-fold-in.ts';
import { createFollower } from './two-tower-follow.ts';
import { foldInNewItem, meanVector } from './two-tower-new-items.ts';
import { searchedWhole, withinMeans } from './two-tower-sample.ts';
import { foldInParts, matrixOf, newItemParts } from './two-tower-saved.ts';
import { createExamples, createTowers, type Examples } from './two-tower-train.ts';

/**
 * Two towers (Yi et al. 2019): one embeds users, the other items, and the score is the cosine of the two.
 *
 *   x_u = id + Σ categories + mean(lists) + Σ number · vector + Σ recency weight · item id of the recent items      one table, rows of it added up
 *   x_i = id + Σ categories + mean(lists) + Σ number · vector                                                        item ids shared with the recent items
 *   u = normalise(x_u + f_u(x_u)),  v = normalise(x_i + f_i(x_i))                                                    f: hidden layers, none by default
 *
 * Each interaction is an example: its user as of just before it, its item against all others of the batch (see `in-batch-softmax.ts`). Adagrad changes
 * the rows that a batch touched.
 */
const params = z.strictObject({
  dimensions: z.number().int().min(2).max(512).default(128).describe('Length of the user and item vectors.'),
  hidden: z
    .array(z.number().int().min(1).max(2048))
    .max(4)
    .default([])
    .describe('Sizes of the hidden layers of both towers; none by default.'),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .default(0)
    .describe(
      'Divides the cosine: the lower, the surer of itself the model. 0 lets validation choose between 0.2 and 0.3. At least 0.02 otherwise.',
    )
    .refine((value) => value === 0 || value >= 0.02, 'it must be 0 or at least 0.02'),
  recent: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe(
      'Whether a user’s recent items go into the user tower; auto lets validation choose. They help where the next item follows from the last ones.',
    ),
  recentItems: z.number().int().min(1).max(200).default(20).describe('How many recent items at most.'),
  recentDecay: z
    .number()
    .gt(0)
    .max(1)
    .default(0.7)
    .describe('How much each older one of them counts against the next; 1 is their plain mean.'),
  learningRate: z.number().gt(0).max(10).default(0.1).describe('Step size of Adagrad.'),
  batchSize: z.number().int().min(2).max(65_536).default(1024).describe('Examples a step; their items are one another’s negatives.'),
  negatives: z
    .enum(['in-batch', 'mixed', 'uniform'])
    .default('in-batch')
    .describe(
      'What an item is told apart from: the others of its batch; those and items drawn from the whole catalogue, for catalogues with many rare items; or the drawn ones alone.',
    ),
  extraNegatives: z
    .number()
    .int()
    .min(1)
    .max(65_536)
    .default(1024)
    .describe('Items drawn for each step where negatives are mixed or uniform.'),
  logQ: z
    .boolean()
    .default(true)
    .describe('Correct for how likely an item was to be among the negatives (logQ): popular ones are in more batches.'),
  eventWeights: z.boolean().default(false).describe('Count an example by the weights of its events; otherwise all count alike.'),
  idDropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.1)
    .describe('Share of a batch’s items that are known by their attributes alone, so that attributes learn to speak for new items.'),
  ...epochParams({ epochs: 40, patience: 3, warmUp: 0, schedule: 'constant' }),
});
export type TwoTowerParams = z.output<typeof params>;

/** What validation is left to choose. Without validation the first is taken. */
const temperatures = [0.2, 0.3];

/** The ways to train that are up for choice, on this set. What they share is made when the first one starts. */
function contendersOf(set: TrainingSet, settings: TwoTowerParams, seed: number): Contender[] {
  const recents = settings.recent === 'auto' ? (['on', 'off'] as const) : [settings.recent];
  const choices = settings.temperature === 0 ? temperatures : [settings.temperature];
  const { learningRate, warmUp, schedule } = settings;
  let examples: Examples | undefined;
  return recents.flatMap((recent) =>
    choices.map((temperature) => ({
      settled: { temperature, recent },
      rates: { learningRate, warmUp, schedule },
      advice: `Choose a smaller learning rate (now ${learningRate}) or a higher temperature (now ${temperature}).`,
      create() {
        examples ??= createExamples(set);
        const own = { ...settings, temperature, recentItems: recent === 'on' ? settings.recentItems : 0 };
        return createTowers(set, examples, own, createRandom(seed, 'two-tower'));
      },
    })),
  );
}

function fitted(arrays: NamedArrays, settings: TwoTowerParams): FittedModel {
  const [users, items] = [matrixOf(arrays, 'user.embedding'), matrixOf(arrays, 'item.embedding')];
  const [foldIn, newItems] = [foldInParts(arrays, settings), newItemParts(arrays)];
  const temperature = arrays.temperature?.data[0];
  let mean: Float64Array | undefined;
  let follower: FittedModel['follow'];
  return {
    ...scoreByVectors(users, items),
    foldIn: (itemRows) => foldInUser(foldIn, items, itemRows),
    foldInItem(item) {
      mean ??= meanVector(users);
      return foldInNewItem(newItems, users, mean, item);
    },
    // Runs of earlier versions did not keep their temperature.
    ...(temperature !== undefined && {
      follow(userRow, history) {
        follower ??= createFollower({ users, items, temperature, lengths: arrays['user.length']?.data ?? null, foldIn });
        return follower(userRow, history);
      },
    }),
    save: () => arrays,
  };
}

export const twoTower: Model<typeof params> = {
  id: 'two-tower',
  label: 'Two-tower',
  summary:
    'Learns a vector for each user and each item from ids, attributes and recent items, so that what belongs together points the same way. Serves from a vector index.',
  paper: 'Yi et al. 2019: Sampling-bias-corrected neural modeling for large corpus item recommendations',
  goodFor:
    'Large catalogues, attributes and new users: one vector each, found by the vector index; needs more data than the neighbour models.',
  newUsers: 'Embeds a new user by recent items or, without any, by attributes.',
  newItems: 'Embeds a new item by its attributes, by the users who had it first, or by both.',
  answersWithoutItems: true,
  needs: ['timestamps', 'attributes'],
  factorised: true,
  baseline: false,
  params,
  memoryBytes: ({ users, items, pairs, attributeBytes }, { dimensions, batchSize }) =>
    // Table and Adagrad's sums of the contenders, the vectors of the best epoch and of the one before, a batch's logits twice, the examples.
    (users + items) * dimensions * 4 * (pairs > searchedWhole ? 4 : 8) +
    Math.min(batchSize * Math.min(batchSize, items), 16_777_216) * 8 +
    pairs * 24 +
    // The attributes once more, as the tower's bags.
    attributeBytes,
  async fit(set, settings, context) {
    const make = (on: TrainingSet): Contender[] => contendersOf(on, settings, context.seed);
    const { best, facts } = await trainEpochs(await withinMeans(set, make, context), settings, context);
    return { ...fitted(best, settings), facts };
  },
  foldIn(arrays, settings) {
    const parts = foldInParts(arrays, settings);
    const items = matrixOf(arrays, 'item.embedding');
    return (itemRows) => foldInUser(parts, items, itemRows);
  },
  load: fitted,
};

import { z } from 'zod';
import { type NamedArrays, rowAt } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { createBprLearner } from './bpr-train.ts';
import { scoreByVectors } from './factorised.ts';
import { epochParams } from './learning-rate.ts';
import type { FittedModel, Model } from './model.ts';
import { openChoices } from './open-choices.ts';
import { foldInByPairs, moveByPairs } from './pair-fold-in.ts';
import { savedMatrix } from './saved-matrix.ts';
import { trainEpochs } from './train-epochs.ts';

/**
 * BPR-MF: user and item vectors that rank what a user had before what they had not (Rendle et al. 2009).
 *
 *   score(u, i) = u · v_i + b_i
 *   minimise  Σ −ln σ(score(u, i) − score(u, j)) + regularisation / 2 · (|u|² + |v_i|² + |v_j|² + b_i² + b_j²)
 *
 * over pairs (u, i) that were, and items j that u has not, drawn with the same chance, by one step after the other.
 */
const params = z.strictObject({
  dimensions: z.number().int().min(1).max(1024).default(64).describe('Length of the user and item vectors, beside the bias.'),
  learningRate: z.number().min(0).max(1).default(0).describe('Step size. 0 lets validation choose between 0.1 and 0.05.'),
  regularisation: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Holds vectors and biases down at each step. 0 lets validation choose among 0.01, 0.003 and 0.03.'),
  ...epochParams({ epochs: 150, patience: 50, warmUp: 0, schedule: 'linear' }),
});

/** What validation is left to choose from where both are open. Without validation the first is taken. */
const choices = [
  { learningRate: 0.1, regularisation: 0.01 },
  { learningRate: 0.05, regularisation: 0.03 },
  { learningRate: 0.1, regularisation: 0.003 },
];
/** A validation takes longer than an epoch. */
const validateEvery = 5;
const roundEpochs = 50;

/** What a vector is folded in by is kept with the vectors: validation may have chosen it. */
function stepsOf(arrays: NamedArrays): (typeof choices)[number] {
  const kept = arrays['bpr.settings']?.data;
  return kept ? { learningRate: kept[0] as number, regularisation: kept[1] as number } : (choices[0] as (typeof choices)[number]);
}

function foldInOf(arrays: NamedArrays): (itemRows: Int32Array) => Float32Array {
  const items = savedMatrix(arrays, 'item.embedding', 'BPR');
  const how = stepsOf(arrays);
  return (itemRows) => foldInByPairs(items, itemRows, how);
}

function fitted(arrays: NamedArrays, facts?: FittedModel['facts']): FittedModel {
  const [users, items] = [savedMatrix(arrays, 'user.embedding', 'BPR'), savedMatrix(arrays, 'item.embedding', 'BPR')];
  const how = stepsOf(arrays);
  return {
    ...scoreByVectors(users, items),
    foldIn: foldInOf(arrays),
    follow: (row, history) => moveByPairs(rowAt(users, row), items, history.items, how),
    save: () => arrays,
    ...(facts ? { facts } : {}),
  };
}

export const bpr: Model<typeof params> = {
  id: 'bpr',
  label: 'BPR-MF',
  summary: 'A vector for each user and item, learned from pairs: what a user had is to rank before what they had not.',
  paper: 'Rendle, Freudenthaler, Gantner, Schmidt-Thieme 2009: BPR: Bayesian personalized ranking from implicit feedback',
  goodFor: 'A well-known yardstick with vectors for the index. iALS is stronger almost everywhere and needs no patience.',
  newUsers: 'Learns a vector for a new user from their items by a few hundred steps, the items held fixed.',
  newItems: 'Come in at the next training.',
  needs: [],
  factorised: true,
  baseline: false,
  params,
  memoryBytes: ({ users, items, pairs }, { dimensions }) => (users + items) * (dimensions + 4) * 4 * 5 + pairs * 16,
  async fit({ matrix }, settings, context) {
    const { warmUp, schedule } = settings;
    const contenders = openChoices(choices, settings).map((settled) => ({
      settled,
      rates: { learningRate: settled.learningRate, warmUp, schedule },
      advice: `Choose a smaller learning rate (now ${settled.learningRate}) or more regularisation (now ${settled.regularisation}).`,
      create: () => createBprLearner(matrix, { ...settings, ...settled }, createRandom(context.seed, 'bpr')),
    }));
    const { best, settled, facts } = await trainEpochs(contenders, { ...settings, validateEvery, roundEpochs }, context);
    const { learningRate, regularisation } = settled as (typeof choices)[number];
    return fitted({ ...best, 'bpr.settings': { shape: [2], data: Float64Array.of(learningRate, regularisation) } }, facts);
  },
  foldIn: foldInOf,
  load: (arrays) => fitted(arrays),
};

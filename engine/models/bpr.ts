import { z } from 'zod';
import type { NamedArrays } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { createBprLearner } from './bpr-train.ts';
import { scoreByVectors } from './factorised.ts';
import { epochParams } from './learning-rate.ts';
import type { FittedModel, Model } from './model.ts';
import { foldInByPairs } from './pair-fold-in.ts';
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
  learningRate: z.number().gt(0).max(1).default(0.05).describe('Step size.'),
  regularisation: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Holds vectors and biases down at each step. 0 lets validation choose among 0.01, 0.003 and 0.03.'),
  ...epochParams({ epochs: 150, patience: 50, warmUp: 0, schedule: 'linear' }),
});

/** What validation is left to choose from. Without validation the first is taken. */
const regularisations = [0.01, 0.003, 0.03];
/** A validation takes longer than an epoch. */
const validateEvery = 5;
const roundEpochs = 50;

const foldInOf = (arrays: NamedArrays, learningRate: number, regularisation: number) => {
  const items = savedMatrix(arrays, 'item.embedding', 'BPR');
  return (itemRows: Int32Array): Float32Array => foldInByPairs(items, itemRows, { learningRate, regularisation });
};

function fitted(
  arrays: NamedArrays,
  { learningRate, regularisation }: { learningRate: number; regularisation: number },
  facts?: FittedModel['facts'],
): FittedModel {
  const model = scoreByVectors(savedMatrix(arrays, 'user.embedding', 'BPR'), savedMatrix(arrays, 'item.embedding', 'BPR'));
  return {
    ...model,
    foldIn: foldInOf(arrays, learningRate, regularisation || (regularisations[0] as number)),
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
    const { learningRate, warmUp, schedule } = settings;
    const choices = settings.regularisation === 0 ? regularisations : [settings.regularisation];
    const contenders = choices.map((regularisation) => ({
      settled: { regularisation },
      rates: { learningRate, warmUp, schedule },
      advice: `Choose a smaller learning rate (now ${learningRate}) or more regularisation (now ${regularisation}).`,
      create: () => createBprLearner(matrix, { ...settings, regularisation }, createRandom(context.seed, 'bpr')),
    }));
    const { best, settled, facts } = await trainEpochs(contenders, { ...settings, validateEvery, roundEpochs }, context);
    return fitted(best, { ...settings, ...settled }, facts);
  },
  foldIn: (arrays, { learningRate, regularisation }) => foldInOf(arrays, learningRate, regularisation || (regularisations[0] as number)),
  load: (arrays, settings) => fitted(arrays, settings),
};

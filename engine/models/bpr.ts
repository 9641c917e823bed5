import { z } from 'zod';
import { type NamedArray, type NamedArrays, rowAt, rowsOf } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { createRecentUsers } from './bpr-recent.ts';
import { createBprLearner } from './bpr-train.ts';
import { chooseRecency } from './choose-recency.ts';
import { scoreByVectors } from './factorised.ts';
import { pickRows } from './histories.ts';
import { epochParams } from './learning-rate.ts';
import type { FitContext, FittedModel, Model, TrainingSet } from './model.ts';
import { openChoices } from './open-choices.ts';
import { foldInByPairs, moveByPairs, type PairSteps } from './pair-fold-in.ts';
import { agesOf, pickAges, recencyParam } from './recency.ts';
import { savedMatrix } from './saved-matrix.ts';
import { trainEpochs } from './train-epochs.ts';

/**
 * BPR-MF: user and item vectors that rank what a user had before what they had not (Rendle et al. 2009).
 *
 *   score(u, i) = u · v_i + b_i
 *   minimise  Σ −ln σ(score(u, i) − score(u, j)) + regularisation / 2 · (|u|² + |v_i|² + |v_j|² + b_i² + b_j²)
 *
 * over pairs (u, i) that were, and items j that u has not, drawn with the same chance, by one step after the other. At the end users take further steps, the items
 * held fixed, that draw what they had lately more often (`recency.ts`).
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
  recency: recencyParam,
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
function stepsOf(arrays: NamedArrays): PairSteps {
  const [learningRate = 0.1, regularisation = 0.01, recency = 0] = (arrays['bpr.settings']?.data ?? []) as Float64Array;
  return { learningRate, regularisation, recency };
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

/** Users anew by what they had lately, where validation finds that better or where it was asked for. */
async function byRecency(
  train: TrainingSet,
  arrays: NamedArrays,
  steps: PairSteps,
  context: FitContext,
): Promise<{ users: NamedArray; recency: number }> {
  const { matrix } = train;
  const ages = agesOf(train);
  const asTrained = { users: arrays['user.embedding'] as NamedArray, recency: 0 };
  if (ages === null || steps.recency === 0) return asTrained;
  const [users, items] = [savedMatrix(arrays, 'user.embedding', 'BPR'), savedMatrix(arrays, 'item.embedding', 'BPR')];
  const mover = createRecentUsers(items, { ...steps, seed: context.seed });
  try {
    const recency = await chooseRecency(
      steps.recency,
      {
        items,
        trained: (rows) => rowsOf(users, rows),
        recent: (tried) => (rows) => mover.moveNow(rowsOf(users, rows), pickRows(matrix, rows), pickAges(ages, matrix, rows), tried),
      },
      context,
    );
    if (recency === 0) return asTrained;
    const { rows, columns, data } = await mover.move(users, matrix, ages, recency, (done, total) =>
      context.checkpoint({ phase: 'Moving users to what came last', done, total, unit: 'passes' }),
    );
    return { users: { shape: [rows, columns], data }, recency };
  } finally {
    await mover.dispose();
  }
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
  memoryBytes: ({ users, items, pairs }, { dimensions }) =>
    // Of each contender the pairs as they are drawn and the matrix to draw against; then what moves the users.
    (users + items) * (dimensions + 4) * 4 * 5 + pairs * (16 * choices.length + 20),
  async fit(train, settings, context) {
    const { matrix } = train;
    const { warmUp, schedule } = settings;
    const contenders = openChoices(choices, settings).map((settled) => ({
      settled,
      rates: { learningRate: settled.learningRate, warmUp, schedule },
      advice: `Choose a smaller learning rate (now ${settled.learningRate}) or more regularisation (now ${settled.regularisation}).`,
      create: () => createBprLearner(matrix, { ...settings, ...settled }, createRandom(context.seed, 'bpr')),
    }));
    const { best, settled, facts } = await trainEpochs(contenders, { ...settings, validateEvery, roundEpochs }, context);
    const { learningRate, regularisation } = settled as (typeof choices)[number];
    const steps = { learningRate, regularisation, recency: settings.recency };
    const recent = await byRecency(train, best, steps, context);
    const told = { 'bpr.settings': { shape: [3], data: Float64Array.of(learningRate, regularisation, recent.recency) } };
    return fitted(
      { ...best, 'user.embedding': recent.users, ...told },
      { ...facts, settled: { ...facts.settled, recency: recent.recency } },
    );
  },
  foldIn: foldInOf,
  load: (arrays) => fitted(arrays),
};

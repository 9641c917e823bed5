import { z } from 'zod';
import { createKernelPool, type KernelPool } from '../kernels/kernel-pool.ts';
import { type NamedArrays, rowsOf, type SparseMatrix } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { transpose } from '../math/sparse.ts';
import { chooseRecency } from './choose-recency.ts';
import { scoreByVectors } from './factorised.ts';
import { pickRows } from './histories.ts';
import { foldIn, foldInSides } from './ials-fold-in.ts';
import { createRecentUsers } from './ials-recent.ts';
import { createIalsLearner, frequencies, observe } from './ials-train.ts';
import type { FitContext, FittedModel, Model, TrainingSet } from './model.ts';
import { openChoices } from './open-choices.ts';
import { agesOf, recencyParam, weightOfAge } from './recency.ts';
import { savedMatrix } from './saved-matrix.ts';
import { trainEpochs } from './train-epochs.ts';

/**
 * iALS: user and item vectors by alternating least squares over every pair, those that were and, weighted less, those that were not (Hu, Koren, Volinsky 2008),
 * with the regularisation of Rendle et al. 2021.
 *
 *   minimise  Σ over pairs that were (x_u · y_i − 1)² + α Σ over all pairs (x_u · y_i)² + Σ_u λ_u |x_u|² + Σ_i λ_i |y_i|²
 *   λ_u = λ (items of u + α · all items)^ν,  λ_i = λ (users of i + α · all users)^ν
 *   each epoch, for all items and then for all users:  (α YᵀY + λ_u I + Σ_i∈u y_i y_iᵀ) x_u = Σ_i∈u y_i
 *
 * by conjugate gradient from the last epoch's vector, in the basis in which YᵀY is diagonal. At the end users are solved once more with each of their items in both
 * sums weighed by its age (`recency.ts`).
 */
const params = z.strictObject({
  dimensions: z.number().int().min(1).max(1024).default(128).describe('Length of the user and item vectors.'),
  unobserved: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('Weight of a pair that was not, beside 1 of one that was (α). 0 lets validation choose between 0.3 and 0.1.'),
  regularisation: z
    .number()
    .min(0)
    .max(1e6)
    .default(0)
    .describe('Mean over users and items of what holds a vector down; λ follows from it. 0 lets validation choose among 4, 8 and 16.'),
  exponent: z
    .number()
    .refine((value) => value === -1 || (value >= 0 && value <= 2), 'it must be -1, or 0 to 2')
    .min(-1)
    .max(2)
    .default(-1)
    .describe(
      'How much more those are held down that have much (ν): 1 in proportion, 0 all alike. -1 lets validation choose between these.',
    ),
  eventWeights: z.boolean().default(false).describe('Count a pair by the weights of its events; otherwise all count alike.'),
  recency: recencyParam,
  epochs: z.number().int().min(1).max(1000).default(16).describe('How often users and items are solved.'),
});

/**
 * What validation is left to choose from where all are open, the one that is nowhere far from the best first: it is taken without validation. The denser the data,
 * the less must be held down.
 */
const choices = [
  { unobserved: 0.3, regularisation: 8, exponent: 1 },
  { unobserved: 0.1, regularisation: 8, exponent: 1 },
  { unobserved: 0.3, regularisation: 4, exponent: 0 },
  { unobserved: 0.3, regularisation: 16, exponent: 1 },
  { unobserved: 0.3, regularisation: 8, exponent: 0 },
];
/** What leaves them open. */
const open = { exponent: -1 };
/** Several sets of vectors side by side, as long as they take no more than this. */
const searchBytes = 1e9;
/** It converges within a dozen epochs: four tell the worst settings from the best, and two do not. */
const search = { validateEvery: 4, roundEpochs: 4, converges: true, patience: 0, scheduleEpochs: 0 };

function fitted(arrays: NamedArrays, { eventWeights }: { eventWeights: boolean }, facts?: FittedModel['facts']): FittedModel {
  const sides = foldInSides(arrays);
  return {
    ...scoreByVectors(savedMatrix(arrays, 'user.embedding', 'iALS'), savedMatrix(arrays, 'item.embedding', 'iALS')),
    foldIn: (itemRows) => foldIn(sides.users, itemRows),
    // Where events have weights, what a fold-in counts once is not what training counted.
    ...(eventWeights ? {} : { follow: (_, { items }) => foldIn(sides.users, items) }),
    foldInItem: ({ userRows }) => foldIn(sides.items, userRows),
    save: () => arrays,
    ...(facts ? { facts } : {}),
  };
}

/** Users anew by what they had lately, where validation finds that better or where it was asked for. */
async function byRecency(
  pool: KernelPool,
  train: TrainingSet,
  arrays: NamedArrays,
  settings: { unobserved: number; eventWeights: boolean; recency: number },
  context: FitContext,
): Promise<{ arrays: NamedArrays; recency: number }> {
  const { matrix } = train;
  const ages = agesOf(train);
  if (ages === null || settings.recency === 0) return { arrays, recency: 0 };
  const { scale, exponent, others: items } = foldInSides(arrays).users;
  const solver = createRecentUsers(pool, arrays);
  const strengths = Float32Array.from(frequencies(matrix, settings), (frequency) => scale * frequency ** exponent);
  function countedBy(tried: number): SparseMatrix {
    const values = Float32Array.from(
      ages as Int32Array,
      (age, at) => weightOfAge(age, tried) * (settings.eventWeights ? (matrix.values[at] as number) : 1),
    );
    return { ...matrix, values };
  }
  const trained = savedMatrix(arrays, 'user.embedding', 'iALS');
  const recency = await chooseRecency(
    settings.recency,
    {
      items,
      trained: (rows) => rowsOf(trained, rows),
      recent(tried) {
        const cells = countedBy(tried);
        return (rows) =>
          solver.solveNow(
            pickRows(cells, rows),
            Float32Array.from(rows, (row) => strengths[row] as number),
          );
      },
    },
    context,
  );
  if (recency === 0) return { arrays, recency };
  const { users, gram } = await solver.solve(countedBy(recency), strengths, (done, total) =>
    context.checkpoint({ phase: 'Solving users by what came last', done, total, unit: 'users' }),
  );
  const told = arrays['ials.settings']?.data as Float64Array;
  const recent = {
    'user.embedding': { shape: [users.rows, users.columns], data: users.data },
    'user.gram': { shape: [users.columns, users.columns], data: gram },
    'ials.settings': { shape: [4], data: Float64Array.of(...told.subarray(0, 3), recency) },
  };
  return { arrays: { ...arrays, ...recent }, recency };
}

export const ials: Model<typeof params> = {
  id: 'ials',
  label: 'iALS',
  summary:
    'A vector for each user and item that explains what was and, weighted less, what was not; solved exactly by turns instead of by small steps.',
  paper: 'Rendle, Krichene, Zhang, Koren 2021: Revisiting the performance of iALS on item recommendation benchmarks',
  goodFor: 'Almost any size of data without attributes: among the strongest of all, trained in seconds, and served by the vector index.',
  newUsers: 'Solves for a new user’s vector from their items, as training would.',
  newItems: 'Solves for a new item’s vector from the users who had it; one that nobody had yet waits for its first users.',
  needs: [],
  factorised: true,
  baseline: false,
  params,
  memoryBytes({ users, items, pairs }, settings) {
    const vectors = (users + items) * (settings.dimensions + 15) * 4;
    const sets = Math.max(1, Math.min(openChoices(choices, settings, open).length, Math.floor(searchBytes / vectors)));
    // Each set of vectors and its best epoch, a copy for scoring, both sides of what was observed.
    return vectors * (2 * sets + 3) + pairs * (settings.eventWeights ? 44 : 36);
  },
  async fit(train, settings, context) {
    const { matrix, userCount, itemCount } = train;
    const all = openChoices(choices, settings, open);
    const vectors = (userCount + itemCount) * settings.dimensions * 4;
    const entered = all.slice(0, Math.max(1, Math.floor(searchBytes / Math.max(vectors, 1))));
    const pool = createKernelPool();
    try {
      const observed = {
        users: observe(pool, matrix, settings.eventWeights),
        items: observe(pool, transpose(matrix), settings.eventWeights),
      };
      const contenders = entered.map((settled) => ({
        settled,
        rates: { learningRate: 1, warmUp: 0, schedule: 'constant' as const },
        advice: 'Choose more regularisation or fewer dimensions.',
        create: () => createIalsLearner(pool, observed, { ...settings, ...settled }, createRandom(context.seed, 'ials')),
      }));
      const { best, settled, facts } = await trainEpochs(contenders, { epochs: settings.epochs, ...search }, context);
      const recent = await byRecency(pool, train, best, { ...settings, ...settled }, context);
      return fitted(recent.arrays, settings, { ...facts, settled: { ...settled, recency: recent.recency } });
    } finally {
      await pool.dispose();
    }
  },
  foldIn(arrays) {
    const { users } = foldInSides(arrays);
    return (itemRows) => foldIn(users, itemRows);
  },
  load: fitted,
};

import { z } from 'zod';
import { createKernelPool, type KernelPool } from '../kernels/kernel-pool.ts';
import type { SparseMatrix } from '../math/arrays.ts';
import { transpose } from '../math/sparse.ts';
import { chooseByValidation, type Report } from './choose-by-validation.ts';
import { coOccurrenceOf } from './co-occurrence.ts';
import { createAlgebra } from './create-algebra.ts';
import { columnSizes, rowSizes, withOnes } from './histories.ts';
import { hasItemWeights, loadItemWeights, scoreByItemWeights } from './item-weights.ts';
import { largestEigenvalue } from './largest-eigenvalue.ts';
import { affordableTrials, firstSetting, inverseBytes, type LinearSetting, linearRounds } from './linear-search.ts';
import type { FittedModel, Model } from './model.ts';
import { createOwned } from './owned.ts';
import { agesOf, historiesBy, type Recounted, recencyParam, recencyRound } from './recency.ts';
import { addToDiagonal, dropDiagonal, dropSymmetric, type Symmetric, wholeOf } from './symmetric.ts';
import { invertSymmetric } from './symmetric-inverse.ts';
import { loadUserWeights, scoreByUserWeights } from './user-weights.ts';

/**
 * Ridge regression of the histories on themselves, after users and items were scaled by how much they have (normalisation: Park et al. 2025; without a
 * constraint on the diagonal: Moon et al. 2023).
 *
 *   X = D_u^-a R D_i^-b,   B = (XᵀX + λI)⁻¹ XᵀX = Xᵀ (XXᵀ + λI)⁻¹ X,   λ = ridge · the largest eigenvalue of XᵀX
 *   scores = D_u^a (X B) D_i^b,   the user's items in X each weighed by its age        (`recency.ts`)
 *
 * Both forms of B are the same matrix. The smaller of the two Gram matrices is inverted: users × users where users are fewer than items, else items × items.
 */
const params = z.strictObject({
  userExponent: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .describe('How much less the items of busy users count (a): 0 not at all, 0.5 so that each user counts alike in the sum of squares.'),
  itemExponent: z
    .number()
    .min(-1)
    .max(1)
    .default(-1)
    .describe('How much less popular items count in what users have in common (b). −1 lets validation choose among 0.25, 0 and 0.5.')
    .refine((value) => value === -1 || value >= 0, 'it must be −1, or 0 and more'),
  ridge: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe(
      'Share of the largest eigenvalue that is added to all: the higher, the smoother. 0 lets validation choose between 0.003 and 1.',
    ),
  recency: recencyParam,
});

interface Sides {
  histories: SparseMatrix;
  ages: Int32Array | null;
  userSizes: Float64Array;
  itemSizes: Float64Array;
}

const powers = (sizes: Float64Array, exponent: number): Float32Array => Float32Array.from(sizes, (size) => size ** exponent);

/** Those who have nothing count as having one: nothing is divided by zero. */
const atLeastOne = (sizes: Int32Array): Float64Array => Float64Array.from(sizes, (size) => Math.max(1, size));

/** X, to the power that its eigenvalues want. */
function scaledHistories({ histories, userSizes, itemSizes }: Sides, userExponent: number, itemExponent: number): SparseMatrix {
  const [users, items] = [powers(userSizes, -userExponent), powers(itemSizes, -itemExponent)];
  const values = new Float32Array(histories.values.length);
  for (let user = 0; user < histories.rows; user++) {
    for (let at = histories.indptr[user] as number; at < (histories.indptr[user + 1] as number); at++)
      values[at] = (users[user] as number) * (items[histories.indices[at] as number] as number);
  }
  return { ...histories, values };
}

/** The model of one setting. Its matrix lies in TensorFlow's memory until it is disposed of. */
async function fitSetting(
  sides: Sides,
  userExponent: number,
  { itemExponent, ridge, recency }: LinearSetting,
  pool: KernelPool,
  report: Report,
): Promise<FittedModel & Recounted> {
  const { histories, ages, userSizes, itemSizes } = sides;
  const counted = historiesBy(histories, ages, recency);
  const lambda = ridge * largestEigenvalue(scaledHistories(sides, userExponent, itemExponent));
  const byUsers = histories.rows < histories.columns;
  const { algebra } = createAlgebra();
  const owned = createOwned(algebra);
  try {
    const matrices = byUsers
      ? { matrix: transpose(histories), rowWeights: powers(itemSizes, -2 * itemExponent), columnScales: powers(userSizes, -userExponent) }
      : { matrix: histories, rowWeights: powers(userSizes, -2 * userExponent), columnScales: powers(itemSizes, -itemExponent) };
    const total = Math.min(histories.rows, histories.columns) ** 3 / 1e9;
    // Counting takes a moment beside the inverse; it is a place to stop.
    const gram = await coOccurrenceOf(pool, owned, matrices, () => report(0, total));
    const held = addToDiagonal(owned, gram, lambda);
    dropDiagonal(owned, gram);
    const inverse: Symmetric = await invertSymmetric(owned, held, report);
    dropSymmetric(owned, held);
    if (byUsers) {
      const whole = wholeOf(owned, inverse);
      dropSymmetric(owned, inverse);
      const [userScales, itemScales] = [matrices.columnScales, matrices.rowWeights];
      return scoreByUserWeights(algebra, { inverse: owned.release(whole), ridge: lambda, userScales, itemScales, histories: counted });
    }
    // D_i^-b (I − λP) D_i^b
    const difference = addToDiagonal(owned, inverse, -1 / lambda);
    dropDiagonal(owned, inverse);
    const whole = wholeOf(owned, difference);
    dropSymmetric(owned, difference);
    const count = histories.columns;
    const weights = owned.make(() => {
      const [left, right] = [powers(itemSizes, -itemExponent).map((scale) => -lambda * scale), powers(itemSizes, itemExponent)];
      return algebra.multiply(algebra.multiply(whole, algebra.tensor(left, [count, 1])), algebra.tensor(right, [count]));
    });
    owned.drop(whole);
    return scoreByItemWeights(algebra, owned.release(weights), counted);
  } catch (error) {
    owned.dropAll();
    algebra.dispose();
    throw error;
  }
}

export const normalisedLinear: Model<typeof params> = {
  id: 'normalised-linear',
  label: 'Normalised linear',
  summary: 'Ridge regression on histories scaled by how much users and items have: EASE’s relative, solved on the smaller side.',
  paper:
    'Park, Yoon, Kim, Lee 2025: Why is normalization necessary for linear recommenders?; Moon, Kim, Lee 2023: It’s enough: relaxing diagonal constraints in linear autoencoders for recommendation',
  goodFor: 'Data of any density where users or items are at most some ten thousand; a matter of seconds where either are few thousand.',
  newUsers: 'Scores by the items that a new user has, without training.',
  newItems: 'Count at the next training: a new item changes the weights of all others.',
  needs: [],
  factorised: false,
  baseline: false,
  params,
  memoryBytes: ({ users, items, pairs }, { itemExponent, ridge }) =>
    inverseBytes(Math.min(users, items), ridge === 0 || (itemExponent === -1 && affordableTrials(Math.min(users, items)) > 1)) + pairs * 72,
  async fit(train, { userExponent, itemExponent, ridge, recency }, context) {
    const { matrix } = train;
    const ages = agesOf(train);
    const histories = withOnes(matrix);
    const sides = { histories, ages, userSizes: atLeastOne(rowSizes(histories)), itemSizes: atLeastOne(columnSizes(histories)) };
    const open = { itemExponent: itemExponent === -1, ridge: ridge === 0 };
    const first = {
      itemExponent: open.itemExponent ? firstSetting.itemExponent : itemExponent,
      ridge: open.ridge ? firstSetting.ridge : ridge,
      recency: Math.max(recency, 0),
    };
    const light = {
      round: recencyRound<LinearSetting>(recency === -1 && ages !== null),
      of: ({ counting }: FittedModel & Recounted, settled: LinearSetting) => counting(historiesBy(matrix, ages, settled.recency)),
    };
    const rounds = linearRounds(open, affordableTrials(Math.min(matrix.rows, matrix.columns)));
    const pool = createKernelPool();
    try {
      const { settings, fitted } = await chooseByValidation(
        { first, light, rounds, phase: 'Inverting', unit: 'billion operations' },
        (setting, report) => fitSetting(sides, userExponent, setting, pool, report),
        context,
      );
      return { ...fitted, facts: { settled: settings } };
    } finally {
      await pool.dispose();
    }
  },
  load: (arrays) => (hasItemWeights(arrays) ? loadItemWeights(arrays) : loadUserWeights(arrays)),
};

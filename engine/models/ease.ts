import { z } from 'zod';
import { createKernelPool } from '../kernels/kernel-pool.ts';
import type { SparseMatrix } from '../math/arrays.ts';
import type { Dense } from './algebra.ts';
import { chooseByValidation, type Report, varying } from './choose-by-validation.ts';
import { coOccurrenceOf } from './co-occurrence.ts';
import { createAlgebra } from './create-algebra.ts';
import { loadItemWeights, scoreByItemWeights } from './item-weights.ts';
import { affordableTrials, inverseBytes } from './linear-search.ts';
import type { FitContext, FittedModel, Model } from './model.ts';
import { createOwned, type Owned } from './owned.ts';
import { agesOf, historiesBy, type Recounted, recencyParam, recencyRound } from './recency.ts';
import { addToDiagonal, dropDiagonal, dropSymmetric, type Symmetric, wholeOf, withDiagonal } from './symmetric.ts';
import { invertSymmetric } from './symmetric-inverse.ts';

/**
 * EASE: each item's score is a weighted sum of the user's other items, by ridge regression in one step (Steck 2019).
 *
 *   B = argmin ‖R − R B‖² + ridge · ‖B‖²   with a diagonal of zeros
 *   P = (RᵀR + ridge · I)⁻¹,   B_ij = −P_ij / P_jj for i ≠ j
 *   score(u, j) = Σ over items i of u: B_ij · weight of i by its age        (`recency.ts`)
 *
 * R has a one for each pair. The matrix RᵀR is counted from the pairs by all threads; the inverse is made of large products.
 */
const params = z.strictObject({
  ridge: z
    .number()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe('Holds the weights down: more for sparse or noisy data. 0 lets validation choose among 100, 300, 30 and 1,000.'),
  recency: recencyParam,
});

interface Settled extends Record<string, unknown> {
  ridge: number;
  recency: number;
}

const ridges = [300, 100, 1000, 30] as const;

/** B from RᵀR, items × items. */
async function weightsOf(owned: Owned, gram: Symmetric, ridge: number, report: Report): Promise<Dense> {
  const { algebra } = owned;
  const held = addToDiagonal(owned, gram, ridge);
  const inverse = await invertSymmetric(owned, held, report);
  dropDiagonal(owned, held);
  const factors: number[] = [];
  const hollow = withDiagonal(owned, inverse, (block) => {
    const size = block.shape[0] as number;
    const values = algebra.read(block);
    for (let i = 0; i < size; i++) {
      factors.push(-1 / (values[i * (size + 1)] as number));
      values[i * (size + 1)] = 0;
    }
    return algebra.tensor(values, [size, size]);
  });
  dropDiagonal(owned, inverse);
  const whole = wholeOf(owned, hollow);
  dropSymmetric(owned, hollow);
  const weights = owned.make(() => algebra.multiply(whole, algebra.tensor(Float32Array.from(factors), [factors.length])));
  owned.drop(whole);
  return weights;
}

async function gramOf(owned: Owned, matrix: SparseMatrix, context: FitContext): Promise<Symmetric> {
  const pool = createKernelPool();
  const ones = (length: number): Float32Array => new Float32Array(length).fill(1);
  try {
    return await coOccurrenceOf(pool, owned, { matrix, rowWeights: ones(matrix.rows), columnScales: ones(matrix.columns) }, (done, total) =>
      context.checkpoint({ phase: 'Counting common users', done, total, unit: 'items' }),
    );
  } finally {
    await pool.dispose();
  }
}

export const ease: Model<typeof params> = {
  id: 'ease',
  label: 'EASE',
  summary: 'Weights between all pairs of items by one ridge regression: no epochs, one setting, and among the best on dense data.',
  paper: 'Steck 2019: Embarrassingly shallow autoencoders for sparse data',
  goodFor: 'Up to some ten thousand items with many users each. Time grows with the cube of the items, memory with their square.',
  newUsers: 'Scores by the items that a new user has, without training.',
  newItems: 'Count at the next training: a new item changes the weights of all others.',
  needs: [],
  factorised: false,
  baseline: false,
  params,
  memoryBytes: ({ items, pairs }, { ridge }) => inverseBytes(items, ridge === 0 && affordableTrials(items) >= ridges.length) + pairs * 52,
  async fit(train, { ridge, recency }, context) {
    const { matrix, itemCount } = train;
    const { algebra } = createAlgebra();
    const owned = createOwned(algebra);
    try {
      const gram = await gramOf(owned, matrix, context);
      const ages = agesOf(train);
      const open = ridge === 0 && affordableTrials(itemCount) >= ridges.length;
      const first: Settled = { ridge: ridge || ridges[0], recency: Math.max(recency, 0) };
      const { settings, fitted } = await chooseByValidation(
        {
          first,
          light: {
            round: recencyRound<Settled>(recency === -1 && ages !== null),
            of: ({ counting }: FittedModel & Recounted, settled: Settled) => counting(historiesBy(matrix, ages, settled.recency)),
          },
          rounds: [varying<Settled, 'ridge'>(open, 'ridge', ridges)],
          phase: 'Inverting',
          unit: 'billion operations',
        },
        async (setting, report) => {
          const weights = owned.release(await weightsOf(owned, gram, setting.ridge, report));
          return scoreByItemWeights(createAlgebra().algebra, weights, historiesBy(matrix, ages, setting.recency));
        },
        context,
      );
      return { ...fitted, facts: { settled: settings } };
    } finally {
      owned.dropAll();
      algebra.dispose();
    }
  },
  load: (arrays) => loadItemWeights(arrays),
};

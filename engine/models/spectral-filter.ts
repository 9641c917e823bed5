import { z } from 'zod';
import { createKernelPool } from '../kernels/kernel-pool.ts';
import type { Matrix, SparseMatrix } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { transpose } from '../math/sparse.ts';
import { chooseByValidation, type Report, varying } from './choose-by-validation.ts';
import { loadFilter, scoreByFilter } from './filter-scores.ts';
import { columnSizes, rowSizes } from './histories.ts';
import type { FittedModel, Model } from './model.ts';
import { agesOf, historiesBy, type Recounted, recencyParam, recencyRound } from './recency.ts';
import { type LeadingVectors, leadingVectors, workingColumns } from './truncated-svd.ts';

/**
 * GF-CF: filters of the graph of users and items (Shen et al. 2021): one step over the graph, and what is smooth on it.
 *
 *   X = D_u^-½ R D_i^-b          R has a one for each pair, D_u and D_i say how much each user and item has; b is ½ in the paper
 *   score(u) = r_u XᵀX / σ² + alpha · r_u D_i^-b V Vᵀ D_i^b,   r_u: the user's items, each weighed by its age        (`recency.ts`)
 *
 * V: the leading right singular vectors of X, by a randomised decomposition (Halko et al. 2011); σ: the largest singular value, which is 1 where b is ½. XᵀX is
 * never made: a user is led over X twice.
 */
const params = z.strictObject({
  components: z
    .number()
    .int()
    .min(0)
    .max(512)
    .default(0)
    .describe('How many singular vectors are taken as smooth. 0 lets validation choose among 64, 16, 32 and 128.'),
  alpha: z
    .number()
    .min(-1)
    .max(1000)
    .default(-1)
    .describe('How much what is smooth counts beside one step over the graph. −1 lets validation choose among 1, 0.3, 3 and 0.1.')
    .refine((value) => value === -1 || value >= 0, 'it must be −1, or 0 and more'),
  itemExponent: z
    .number()
    .min(-1)
    .max(1)
    .default(-1)
    .describe('How much popular items are held down (b): 0 not at all. −1 lets validation choose between 0.5 and 0.25.')
    .refine((value) => value === -1 || value >= 0, 'it must be −1, or 0 and more'),
  recency: recencyParam,
});

interface Settled extends Record<string, unknown> {
  components: number;
  alpha: number;
  itemExponent: number;
  recency: number;
}

/** What validation is left to choose; the first of each is taken without it. */
const choices = { components: [64, 16, 32, 128], alpha: [1, 0.3, 3, 0.1], itemExponent: [0.5, 0.25] };
const userExponent = 0.5;

/** How much each has, to a power; who has nothing counts as having one. */
const powers = (sizes: Int32Array, exponent: number): Float32Array => Float32Array.from(sizes, (size) => Math.max(size, 1) ** exponent);

function normalised(matrix: SparseMatrix, users: Float32Array, items: Float32Array): SparseMatrix {
  const values = new Float32Array(matrix.indices.length);
  for (let user = 0; user < matrix.rows; user++) {
    for (let at = matrix.indptr[user] as number; at < (matrix.indptr[user + 1] as number); at++)
      values[at] = (users[user] as number) * (items[matrix.indices[at] as number] as number);
  }
  return { ...matrix, values };
}

/** The first columns of a matrix. */
function leading({ rows, columns, data }: Matrix, kept: number): Matrix {
  const first = new Float32Array(rows * kept);
  for (let row = 0; row < rows; row++) first.set(data.subarray(row * columns, row * columns + kept), row * kept);
  return { rows, columns: kept, data: first };
}

export const spectralFilter: Model<typeof params> = {
  id: 'spectral-filter',
  label: 'Spectral filter',
  summary: 'Keeps of each history what is smooth on the graph of who had what: GF-CF, a graph network’s limit without any training.',
  paper: 'Shen, Wu, Zhang, Shan, Zhang, Letaief, Li 2021: How powerful is graph convolution for recommendation?',
  goodFor: 'A graph model in seconds, on data of any size whose users had several items each; takes no attributes.',
  newUsers: 'Filters the items that a new user has, without training.',
  newItems: 'Count at the next training, which takes seconds.',
  needs: [],
  factorised: false,
  baseline: false,
  params,
  memoryBytes({ users, items, pairs }, { components, itemExponent }) {
    const most = components || Math.max(...choices.components);
    const width = workingColumns(most);
    // The iteration on both sides; the vectors of each exponent, and of a model twice; the pairs both ways, in the kernels' memory too.
    const kept = (itemExponent === -1 ? choices.itemExponent.length : 1) + 3;
    return (users + items) * width * 4 + width * width * 4 * 40 + items * most * 4 * kept + pairs * 60;
  },
  async fit(train, given, context) {
    const { matrix } = train;
    const ages = agesOf(train);
    const sizes = { users: rowSizes(matrix), items: columnSizes(matrix) };
    const open = { components: given.components === 0, alpha: given.alpha === -1, itemExponent: given.itemExponent === -1 };
    const settled = <K extends keyof typeof choices>(name: K): number => (open[name] ? (choices[name][0] as number) : given[name]);
    const first: Settled = {
      components: settled('components'),
      alpha: settled('alpha'),
      itemExponent: settled('itemExponent'),
      recency: Math.max(given.recency, 0),
    };
    // One decomposition has the vectors of all choices of how many.
    const most = open.components && context.validate ? Math.max(...choices.components) : first.components;
    const pool = createKernelPool();
    const found = new Map<number, LeadingVectors>();
    async function vectorsOf(itemExponent: number, report: Report): Promise<LeadingVectors> {
      const known = found.get(itemExponent);
      if (known) return known;
      const scaled = normalised(matrix, powers(sizes.users, -userExponent), powers(sizes.items, -itemExponent));
      const random = createRandom(context.seed, 'spectral filter');
      const made = await leadingVectors(pool, { matrix: scaled, turned: transpose(scaled) }, most, random, report);
      found.set(itemExponent, made);
      return made;
    }
    try {
      const { settings, fitted } = await chooseByValidation(
        {
          first,
          light: {
            round: recencyRound<Settled>(given.recency === -1 && ages !== null),
            of: ({ counting }: FittedModel & Recounted, { recency }: Settled) => counting(historiesBy(matrix, ages, recency)),
          },
          rounds: [
            varying<Settled, 'itemExponent'>(open.itemExponent, 'itemExponent', choices.itemExponent),
            varying<Settled, 'components'>(open.components, 'components', choices.components),
            varying<Settled, 'alpha'>(open.alpha, 'alpha', choices.alpha),
          ],
          phase: 'Finding what is smooth',
          unit: 'steps',
        },
        async ({ components, alpha, itemExponent, recency }, report) => {
          const { vectors, values } = await vectorsOf(itemExponent, report);
          const strength = 1 / (values[0] as number) ** 2;
          return scoreByFilter({
            histories: historiesBy(matrix, ages, recency),
            userWeights: powers(sizes.users, -2 * userExponent).map((weight) => strength * weight),
            itemScales: powers(sizes.items, -itemExponent),
            vectors: leading(vectors, components),
            alpha,
          });
        },
        context,
      );
      return { ...fitted, facts: { settled: settings } };
    } finally {
      await pool.dispose();
    }
  },
  load: (arrays) => loadFilter(arrays, 'Spectral filter'),
};

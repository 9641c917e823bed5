import { z } from 'zod';
import type { SparseMatrix } from '../math/arrays.ts';
import { transpose } from '../math/sparse.ts';
import { chooseByValidation, varying } from './choose-by-validation.ts';
import { type ItemItem, loadItemItem, scoreByItemItem } from './item-item.ts';
import type { Model } from './model.ts';
import { withNeighbourhoods } from './neighbourhoods.ts';
import { agesOf, historiesBy, recencyParam, recencyRound } from './recency.ts';

/**
 * RP3beta (Paudel et al. 2017): a walk from an item of the user to one of its users and on to one of theirs, popular ends discounted.
 *
 *   W(i, j) = Σ over users v of both: (1 / n_i)^alpha · (1 / n_v)^alpha / n_j^beta        n: how many pairs an item or a user has
 *   score(u, j) = Σ over items i of u whose way to j is kept: W(i, j) · weight of i by its age        (`recency.ts`)
 *
 * Kept are the `neighbours` strongest ways of each end j, or those of each start i.
 *
 * The first step of the walk, from the user, is the same for all of a user's items and leaves their list as it is.
 */
const params = z.strictObject({
  alpha: z
    .number()
    .min(0)
    .max(5)
    .default(0)
    .describe(
      'Exponent of the steps of the walk: the higher, the less do active users and popular items pass on. 0 lets validation choose.',
    ),
  beta: z
    .number()
    .min(-1)
    .max(5)
    .default(-1)
    .describe('How much popular items are discounted as the end of the walk; 0 not at all. −1 lets validation choose.')
    .refine((value) => value === -1 || value >= 0, 'it must be −1 or at least 0'),
  neighbours: z.number().int().min(1).max(2000).default(100).describe('How many strongest ways each item keeps.'),
  keep: z
    .enum(['auto', 'end', 'start'])
    .default('auto')
    .describe(
      'Whose strongest ways are kept: those to each item, or those from each, which is better on large sparse data. auto lets validation choose.',
    ),
  recency: recencyParam,
});

interface Settled extends Record<string, unknown> {
  alpha: number;
  beta: number;
  keep: 'end' | 'start';
  recency: number;
}

/** What validation is left to choose; the first of each is taken without it. */
const alphas = [0.5, 0.3, 0.7];
const betas = [0.4, 0.2, 0.6];
const keeps = ['end', 'start'] as const;

/** How many pairs each row has, to a power; 1 for a row of none, which nobody meets. */
function powers({ indptr, rows }: SparseMatrix, exponent: number): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => Math.max((indptr[row + 1] as number) - (indptr[row] as number), 1) ** exponent);
}

export const rp3beta: Model<typeof params> = {
  id: 'rp3beta',
  label: 'RP3beta',
  summary: 'Walks from a user’s items over other users to new items, with popular ends discounted. Fitted in seconds.',
  paper:
    'Paudel, Christoffel, Newell, Bernstein 2017: Updatable, accurate, diverse, and scalable recommendations for interactive applications',
  goodFor: 'Strong lists in seconds on data of any size, with a dial for how much popular items are discounted; takes no attributes.',
  newUsers: 'Walks on from the items that a new user has, without training.',
  newItems: 'Counts at the next training, which takes seconds.',
  needs: [],
  factorised: false,
  baseline: false,
  params,
  // As of Item-KNN: the ways by target, by source, and those of the best so far; the pairs both ways, in kernels' memory too.
  memoryBytes: ({ users, items, pairs }, { neighbours }) => items * Math.min(neighbours, items) * 8 * 4 + pairs * 36 + (users + items) * 32,
  async fit(train, { alpha, beta, neighbours, keep, recency }, context) {
    const { matrix } = train;
    const ages = agesOf(train);
    const byItem = transpose(matrix);
    return withNeighbourhoods(byItem, matrix, async (hood) => {
      const first: Settled = {
        alpha: alpha === 0 ? (alphas[0] as number) : alpha,
        beta: beta === -1 ? (betas[0] as number) : beta,
        keep: keep === 'auto' ? keeps[0] : keep,
        recency: Math.max(recency, 0),
      };
      const rounds = [
        varying<Settled, 'keep'>(keep === 'auto', 'keep', keeps),
        varying<Settled, 'alpha'>(alpha === 0, 'alpha', alphas),
        varying<Settled, 'beta'>(beta === -1, 'beta', betas),
      ];
      const light = {
        round: recencyRound<Settled>(recency === -1 && ages !== null),
        of: ({ weights }: ItemItem, settled: Settled) => scoreByItemItem(weights, historiesBy(matrix, ages, settled.recency)),
      };
      const { settings, fitted } = await chooseByValidation(
        { first, light, rounds, phase: 'Walking', unit: 'items' },
        async (settled, report) => {
          const [starts, ends] = [powers(byItem, settled.alpha), powers(byItem, settled.beta)];
          const walk = { features: powers(matrix, -settled.alpha), shrinkage: 0 };
          const ways =
            settled.keep === 'start'
              ? await hood.nearest({ ...walk, rowNorms: starts, columnNorms: ends }, neighbours, report)
              : transpose(await hood.nearest({ ...walk, rowNorms: ends, columnNorms: starts }, neighbours, report));
          return scoreByItemItem(ways, historiesBy(matrix, ages, settled.recency));
        },
        context,
      );
      return { ...fitted, facts: { settled: settings } };
    });
  },
  load: loadItemItem,
};

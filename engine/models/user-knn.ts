import { z } from 'zod';
import { transpose } from '../math/sparse.ts';
import { chooseByValidation, varying } from './choose-by-validation.ts';
import type { Model } from './model.ts';
import { type WeightingName, weigh, weightings } from './neighbour-weighting.ts';
import { withNeighbourhoods } from './neighbourhoods.ts';
import { patternFrom } from './sparse-rows.ts';
import { loadUserUser, scoreByUserUser } from './user-user.ts';

/**
 * User-based nearest neighbours (Herlocker et al. 1999, on who had what), by the items that users share.
 *
 *   sim(u, v) = Σ over items of both: weight(item) / (length(u) · length(v) + shrinkage)        weights and lengths: `neighbour-weighting.ts`
 *   score(u, j) = Σ over the `neighbours` users v most similar to u who have j: sim(u, v) / users of j^discount
 */
const params = z.strictObject({
  weighting: z
    .enum(['auto', ...weightings])
    .default('auto')
    .describe(
      'How much an item counts that two users share: cosine all alike, normalised and tf-idf less the more popular it is, bm25 also eases the length of users; auto lets validation choose.',
    ),
  neighbours: z.number().int().min(1).max(2000).default(100).describe('How many most similar users a user looks to.'),
  shrinkage: z
    .number()
    .min(0)
    .max(10_000)
    .default(10)
    .describe('Added to the denominator, in items: similarities that few items back become smaller.'),
  discount: z
    .number()
    .min(-1)
    .max(2)
    .default(-1)
    .describe('How much popular items are discounted; 0 not at all. −1 lets validation choose between 0, 0.2 and 0.4.')
    .refine((value) => value === -1 || value >= 0, 'it must be −1 or at least 0'),
});

interface Settled extends Record<string, unknown> {
  weighting: WeightingName;
  discount: number;
}

/** What validation is left to choose; the first of each is taken without it. */
const weightingChoices: WeightingName[] = ['tf-idf', 'cosine'];
const discounts = [0.2, 0, 0.4];

export const userKnn: Model<typeof params> = {
  id: 'user-knn',
  label: 'User-KNN',
  summary: 'What users had who had much the same: the oldest collaborative filter, and still a good one where users are few.',
  paper: 'Herlocker, Konstan, Borchers, Riedl 1999: An algorithmic framework for performing collaborative filtering',
  goodFor: 'Fewer users than items, up to some hundred thousand users; its time grows with the square of an item’s users.',
  newUsers: 'Finds the users most like a new one by the items that it has, without training.',
  newItems: 'Counts at the next training.',
  needs: [],
  factorised: false,
  baseline: false,
  params,
  // The neighbours as they are found, and those of the best so far; the pairs both ways, in kernels' memory too.
  memoryBytes: ({ users, items, pairs }, { neighbours }) => users * Math.min(neighbours, users) * 8 * 3 + pairs * 24 + (users + items) * 32,
  async fit({ matrix }, { weighting, neighbours, shrinkage, discount }, context) {
    const byItem = transpose(matrix);
    return withNeighbourhoods(matrix, byItem, async (hood) => {
      const first: Settled = {
        weighting: weighting === 'auto' ? (weightingChoices[0] as WeightingName) : weighting,
        discount: discount === -1 ? (discounts[0] as number) : discount,
      };
      const rounds = [
        varying<Settled, 'weighting'>(weighting === 'auto', 'weighting', weightingChoices),
        varying<Settled, 'discount'>(discount === -1, 'discount', discounts),
      ];
      const { settings, fitted } = await chooseByValidation(
        { first, rounds, phase: 'Finding neighbours', unit: 'users' },
        async (settled, report) => {
          const { features, norms, terms } = weigh(settled.weighting, matrix, byItem);
          const similar = await hood.nearest({ features, rowNorms: norms, columnNorms: norms, shrinkage }, neighbours, report);
          const itemScales = Float32Array.from({ length: matrix.columns }, (_, item) => {
            const having = (byItem.indptr[item + 1] as number) - (byItem.indptr[item] as number);
            return Math.max(having, 1) ** -settled.discount;
          });
          return scoreByUserUser(
            { similar, history: patternFrom(matrix), itemScales, itemWeights: features, userNorms: norms, terms },
            neighbours,
            shrinkage,
          );
        },
        context,
      );
      return { ...fitted, facts: { settled: settings } };
    });
  },
  load: (arrays, { neighbours, shrinkage }) => loadUserUser(arrays, neighbours, shrinkage),
};

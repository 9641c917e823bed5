import { z } from 'zod';
import { transpose } from '../math/sparse.ts';
import { chooseByValidation, varying } from './choose-by-validation.ts';
import { type ItemItem, loadItemItem, scoreByItemItem } from './item-item.ts';
import type { Model } from './model.ts';
import { type WeightingName, weigh, weightings } from './neighbour-weighting.ts';
import { withNeighbourhoods } from './neighbourhoods.ts';
import { agesOf, historiesBy, recencyParam, recencyRound } from './recency.ts';

/**
 * Item-based nearest neighbours (Sarwar et al. 2001; each item chooses its neighbours as in Deshpande & Karypis 2004), on which items were had by the same users.
 *
 *   sim(i, j) = Σ over users of both: weight(user) / (length(i) · length(j) + shrinkage)        weights and lengths: `neighbour-weighting.ts`
 *   score(u, j) = Σ over items i of u that are among the `neighbours` most similar of j: sim(i, j) · weight of i by its age        (`recency.ts`)
 */
const params = z.strictObject({
  weighting: z
    .enum(['auto', ...weightings])
    .default('auto')
    .describe(
      'How much a user counts whom two items share: cosine all alike, normalised and tf-idf less the more items the user has, bm25 also eases the length of items; auto lets validation choose.',
    ),
  neighbours: z.number().int().min(1).max(2000).default(100).describe('How many most similar items each item chooses.'),
  shrinkage: z
    .number()
    .min(-1)
    .max(10_000)
    .default(-1)
    .describe(
      'Added to the denominator, in users: similarities that few users back become smaller. −1 lets validation choose between 0, 10 and 50.',
    )
    .refine((value) => value === -1 || value >= 0, 'it must be −1 or at least 0'),
  recency: recencyParam,
});

interface Settled extends Record<string, unknown> {
  weighting: WeightingName;
  shrinkage: number;
  recency: number;
}

/** What validation is left to choose; the first of each is taken without it. The second round looks at shrinkages under the weighting that won the first. */
const weightingChoices: WeightingName[] = ['tf-idf', 'normalised', 'cosine'];
const shrinkageChoices = [10, 0, 50];

export const itemKnn: Model<typeof params> = {
  id: 'item-knn',
  label: 'Item-KNN',
  summary: 'Items like those a user had, by how many users had both. No training to speak of, and hard to beat on small data.',
  paper: 'Sarwar, Karypis, Konstan, Riedl 2001: Item-based collaborative filtering recommendation algorithms',
  goodFor: 'Small and middle-sized data where many items were had together; explains itself by the items a user had.',
  newUsers: 'Scores by the items that a new user has, without training.',
  newItems: 'Counts at the next training, which takes seconds.',
  needs: [],
  factorised: false,
  baseline: true,
  params,
  // The neighbours by target, by source, and those of the best so far; the pairs both ways, in kernels' memory too.
  memoryBytes: ({ users, items, pairs }, { neighbours }) => items * Math.min(neighbours, items) * 8 * 4 + pairs * 36 + (users + items) * 32,
  async fit(train, { weighting, neighbours, shrinkage, recency }, context) {
    const { matrix } = train;
    const ages = agesOf(train);
    const byItem = transpose(matrix);
    return withNeighbourhoods(byItem, matrix, async (hood) => {
      const first: Settled = {
        weighting: weighting === 'auto' ? (weightingChoices[0] as WeightingName) : weighting,
        shrinkage: shrinkage === -1 ? (shrinkageChoices[0] as number) : shrinkage,
        recency: Math.max(recency, 0),
      };
      const rounds = [
        varying<Settled, 'weighting'>(weighting === 'auto', 'weighting', weightingChoices),
        varying<Settled, 'shrinkage'>(shrinkage === -1, 'shrinkage', shrinkageChoices),
      ];
      const light = {
        round: recencyRound<Settled>(recency === -1 && ages !== null),
        of: ({ weights }: ItemItem, settled: Settled) => scoreByItemItem(weights, historiesBy(matrix, ages, settled.recency)),
      };
      const { settings, fitted } = await chooseByValidation(
        { first, light, rounds, phase: 'Finding neighbours', unit: 'items' },
        async (settled, report) => {
          const { features, norms } = weigh(settled.weighting, byItem, matrix);
          const chosen = { features, rowNorms: norms, columnNorms: norms, shrinkage: settled.shrinkage };
          return scoreByItemItem(transpose(await hood.nearest(chosen, neighbours, report)), historiesBy(matrix, ages, settled.recency));
        },
        context,
      );
      return { ...fitted, facts: { settled: settings } };
    });
  },
  load: loadItemItem,
};

import { z } from 'zod';
import type { NamedArrays } from '../math/arrays.ts';
import type { FittedModel, Model } from './model.ts';

/**
 * Popularity: everybody gets the items that most users had.
 *
 *   score(i) = Σ over users u who had i of 2^(−age of their last interaction with it / halfLifeDays)
 *
 * A user counts once, however often they came back. With halfLifeDays = 0 nothing fades.
 */
const params = z.strictObject({
  halfLifeDays: z
    .number()
    .min(0)
    .max(100_000)
    .default(0)
    .describe('Days after which an interaction counts half; 0 counts all the same, however old. Without timestamps nothing fades.'),
});

const dayMs = 86_400_000;

function fitted(popularity: Float32Array): FittedModel {
  return {
    score(userRows) {
      const data = new Float32Array(userRows.length * popularity.length);
      for (let i = 0; i < userRows.length; i++) data.set(popularity, i * popularity.length);
      return { rows: userRows.length, columns: popularity.length, data };
    },
    scoreItems: () => popularity.slice(),
    save: () => ({ popularity: { shape: [popularity.length], data: popularity } }),
  };
}

export const popularity: Model<typeof params> = {
  id: 'popularity',
  label: 'Popularity',
  summary: 'The items that most users had, the same for everybody: the least that a model has to beat.',
  goodFor: 'New users and the yardstick of every other model; blind to taste.',
  newUsers: 'Gets the same list as everybody.',
  newItems: 'Counts at the next training, which takes a moment.',
  needs: [],
  factorised: false,
  baseline: true,
  params,
  memoryBytes: ({ items, pairs }) => items * 16 + pairs * 40,
  async fit({ itemCount, interactions, matrix }, { halfLifeDays }) {
    const counts = new Float64Array(itemCount);
    const latest = interactions.timestamps.reduce(
      (newest, time) => (Number.isNaN(time) ? newest : Math.max(newest, time)),
      Number.NEGATIVE_INFINITY,
    );
    if (halfLifeDays === 0 || latest === Number.NEGATIVE_INFINITY) {
      for (const item of matrix.indices) counts[item] = (counts[item] as number) + 1;
    } else {
      // The order is that of time: the last age written for a pair is that of its newest interaction.
      const ageOf = new Map<number, number>();
      interactions.items.forEach((item, at) => {
        const age = latest - (interactions.timestamps[at] as number);
        ageOf.set((interactions.users[at] as number) * itemCount + item, Number.isNaN(age) ? 0 : age);
      });
      for (const [pair, age] of ageOf) {
        const item = pair % itemCount;
        counts[item] = (counts[item] as number) + 2 ** (-age / (halfLifeDays * dayMs));
      }
    }
    return fitted(Float32Array.from(counts));
  },
  load(arrays: NamedArrays) {
    return fitted((arrays.popularity as { data: Float32Array }).data);
  },
};

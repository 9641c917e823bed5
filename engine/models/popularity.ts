import { z } from 'zod';
import type { NamedArrays } from '../math/arrays.ts';
import { findCell } from '../math/sparse.ts';
import type { FitContext, FittedModel, Model, TrainingSet } from './model.ts';

/**
 * Popularity: everybody gets the items that most users had.
 *
 *   score(i) = Σ over users u who had i of 2^(−age of their last interaction with it / halfLifeDays), where that age is at most windowDays
 *
 * A user counts once, however often they came back; ages are taken from the newest interaction of all. With halfLifeDays = 0 nothing fades, and with
 * windowDays = 0 nothing is too old. What has no timestamp has no age.
 */
const params = z.strictObject({
  windowDays: z
    .number()
    .min(0)
    .max(100_000)
    .default(0)
    .describe(
      'Only interactions of so many days up to the newest one count; 0 counts all, however old. Without timestamps nothing is left out.',
    ),
  halfLifeDays: z
    .number()
    .min(0)
    .max(100_000)
    .default(0)
    .describe('Days after which an interaction counts half; 0 counts all that are in the window alike. Without timestamps nothing fades.'),
});

const dayMs = 86_400_000;
const reportEvery = 1 << 18;

/** How old each pair's newest interaction is at the newest of all, in milliseconds; 0 where it has no timestamp. In the order of the matrix's cells. */
async function agesOfPairs({ interactions, matrix }: TrainingSet, { checkpoint }: FitContext): Promise<Float64Array> {
  const { users, items, timestamps } = interactions;
  const latest = timestamps.reduce((newest, time) => (Number.isNaN(time) ? newest : Math.max(newest, time)), Number.NEGATIVE_INFINITY);
  const ages = new Float64Array(matrix.indices.length);
  for (let at = 0; at < items.length; at++) {
    const age = latest - (timestamps[at] as number);
    // The order is that of time: the last age written for a pair is that of its newest interaction.
    ages[findCell(matrix, users[at] as number, items[at] as number)] = Number.isNaN(age) ? 0 : age;
    if (at % reportEvery === reportEvery - 1)
      await checkpoint({ phase: 'Counting', done: at + 1, total: items.length, unit: 'interactions' });
  }
  return ages;
}

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
  answersWithoutItems: true,
  needs: [],
  factorised: false,
  baseline: true,
  params,
  memoryBytes: ({ items, pairs }) => items * 16 + pairs * 8,
  async fit(train, { windowDays, halfLifeDays }, context) {
    const { itemCount, matrix } = train;
    const counts = new Float64Array(itemCount);
    const ages = windowDays > 0 || halfLifeDays > 0 ? await agesOfPairs(train, context) : null;
    for (let cell = 0; cell < matrix.indices.length; cell++) {
      const age = ages ? (ages[cell] as number) : 0;
      if (windowDays > 0 && age > windowDays * dayMs) continue;
      const item = matrix.indices[cell] as number;
      counts[item] = (counts[item] as number) + (halfLifeDays > 0 ? 2 ** (-age / (halfLifeDays * dayMs)) : 1);
    }
    return fitted(Float32Array.from(counts));
  },
  load(arrays: NamedArrays) {
    return fitted((arrays.popularity as { data: Float32Array }).data);
  },
};

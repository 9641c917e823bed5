import { describe, expect, test } from 'vitest';
import { chooseByValidation } from '../../../engine/models/choose-by-validation.ts';
import { quietContext } from '../../support/training-sets.ts';

/** Walks over five candidates that validate as given; what was kept, and how many were looked at. */
async function walk(first: number, others: number[]): Promise<{ kept: number; looked: number }> {
  const reached = new Map([[0, first], ...others.map((value, at): [number, number] => [at + 1, value])]);
  let now = 0;
  let looked = 0;
  const under = (place: number) => ({
    score: () => {
      now = place;
      return { rows: 0, columns: 0, data: new Float32Array(0) };
    },
    dispose: () => undefined,
  });
  const { settings } = await chooseByValidation(
    {
      first: { place: 0 },
      light: { round: () => others.map((_, at) => ({ place: at + 1 })), of: (_, { place }: { place: number }) => under(place) },
      rounds: [],
      phase: 'Choosing',
      unit: 'candidates',
    },
    async () => under(0),
    {
      ...quietContext(),
      validate: async (score) => {
        score(Int32Array.of(0));
        looked++;
        return { 'ndcg@10': reached.get(now) as number };
      },
    },
  );
  return { kept: settings.place, looked };
}

describe('light candidates', () => {
  test('are left after two steps down, and the best so far is kept', async () => {
    expect(await walk(0.5, [0.6, 0.5, 0.4, 0.9])).toEqual({ kept: 1, looked: 4 });
  });
  test('that all cost something at first are walked on while they rise', async () => {
    expect(await walk(0.5, [0.4, 0.45, 0.55, 0.6])).toEqual({ kept: 4, looked: 5 });
  });
  test('that never reach the first settings leave these', async () => {
    expect(await walk(0.5, [0.4, 0.45, 0.3, 0.2, 0.6])).toEqual({ kept: 0, looked: 5 });
  });
});

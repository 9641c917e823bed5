import type { Matrix } from '../math/arrays.ts';
import { chooseByValidation } from './choose-by-validation.ts';
import { scoreByItems } from './factorised.ts';
import type { FitContext, FittedModel } from './model.ts';
import { recencyRound } from './recency.ts';

type VectorsOf = (userRows: Int32Array) => Matrix;

/**
 * The recency of user vectors beside fixed items that validates best: 0 is what training left, of the others `recent` makes the vectors that are asked for. What
 * was given (`given` other than −1) stays, and without validation it is 0.
 */
export async function chooseRecency(
  given: number,
  { items, trained, recent }: { items: Matrix; trained: VectorsOf; recent(recency: number): VectorsOf },
  context: FitContext,
): Promise<number> {
  if (given !== -1) return given;
  if (!context.validate) return 0;
  let vectorsOf = trained;
  const shared = scoreByItems(items, (userRows) => vectorsOf(userRows));
  const under = (recency: number): Pick<FittedModel, 'score' | 'dispose'> => {
    const own = recency === 0 ? trained : recent(recency);
    return {
      score(userRows) {
        vectorsOf = own;
        return shared.score(userRows);
      },
      dispose: shared.dispose,
    };
  };
  const { settings, fitted } = await chooseByValidation(
    {
      first: { recency: 0 },
      light: { round: recencyRound<{ recency: number }>(true), of: (_, { recency }: { recency: number }) => under(recency) },
      rounds: [],
      phase: 'Looking at what came last',
      unit: 'candidates',
    },
    async () => under(0),
    context,
  );
  fitted.dispose?.();
  return settings.recency;
}

import type { FitContext, FittedModel } from './model.ts';

/** What is tried in one round, given the best so far: settings that differ from it. */
export type Round<S> = (best: S) => S[];

/** A round over the other choices of one setting, where it is `open`. */
export const varying =
  <S extends Record<string, unknown>, K extends keyof S>(open: boolean, name: K, [, ...others]: readonly S[K][]): Round<S> =>
  (best) =>
    open ? others.map((other) => ({ ...best, [name]: other })) : [];

/** How far the whole choice has come while one candidate is fitted. */
export type Report = (done: number, total: number) => Promise<void>;

const lightPatience = 2;

/** What is to be chosen. */
export interface Choice<S, F> {
  first: S;
  /**
   * Tried right after the first settings: they change how a fitted model scores and nothing of what it learned. The result shares its memory with the one
   * given; only one of them is disposed of. They go step by step away from the first settings: where two in a row are no better than the one before, what is beyond is
   * left, lest it be better by chance. A step that costs all of them alike, such as being moved at all, does not end the walk.
   */
  light?: { round: Round<S>; of(fitted: F, settings: S): F };
  rounds: Round<S>[];
  phase: string;
  unit: string;
}

/**
 * Fits the first settings and then, round by round, what differs from the best so far, and keeps what validates best by NDCG@10; of equal ones the earlier.
 * Without validation, or with nothing to choose, it fits the first settings and no other.
 */
export async function chooseByValidation<S extends Record<string, unknown>, F extends Pick<FittedModel, 'score' | 'dispose'>>(
  { first, light, rounds, phase, unit }: Choice<S, F>,
  fit: (settings: S, report: Report) => Promise<F>,
  context: FitContext,
): Promise<{ settings: S; fitted: F }> {
  const { validate } = context;
  // How many there will be does not depend on which is best.
  const steps = validate ? 1 + rounds.reduce((sum, round) => sum + round(first).length, 0) : 1;
  const candidates = steps + (validate && light ? light.round(first).length : 0);
  let step = 0;
  let measured = 0;
  const fitNext = (settings: S): Promise<F> => {
    const before = step++;
    return fit(settings, (done, total) => context.checkpoint({ phase, done: before * total + done, total: steps * total, unit }));
  };
  let best = { settings: first, fitted: await fitNext(first) };
  if (!validate || candidates === 1) return best;

  const measure = async (fitted: F): Promise<number> => {
    const metrics = await validate((rows) => fitted.score(rows));
    context.curve('Choosing', ++measured, metrics);
    return metrics['ndcg@10'] ?? 0;
  };
  try {
    let score = await measure(best.fitted);
    let worse = 0;
    let before = score;
    for (const settings of light?.round(first) ?? []) {
      const fitted = (light as NonNullable<typeof light>).of(best.fitted, settings);
      const reached = await measure(fitted);
      worse = reached > before ? 0 : worse + 1;
      before = reached;
      if (reached > score) [best, score] = [{ settings, fitted }, reached];
      if (worse === lightPatience) break;
    }
    for (const round of rounds) {
      for (const settings of round(best.settings)) {
        const fitted = await fitNext(settings);
        const reached = await measure(fitted);
        const loser = reached > score ? best.fitted : fitted;
        if (reached > score) [best, score] = [{ settings, fitted }, reached];
        loser.dispose?.();
      }
    }
  } catch (error) {
    best.fitted.dispose?.();
    throw error;
  }
  const words = Object.entries(best.settings).map(([name, value]) => `${name} ${value}`);
  context.log(`Validation chose ${words.join(', ')} among ${measured} candidates.`);
  return best;
}

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

/**
 * Fits the first settings and then, round by round, what differs from the best so far, and keeps what validates best by NDCG@10; of equal ones the earlier.
 * Without validation, or with nothing to choose, it fits the first settings and no other.
 */
export async function chooseByValidation<S extends Record<string, unknown>>(
  { first, rounds, phase, unit }: { first: S; rounds: Round<S>[]; phase: string; unit: string },
  fit: (settings: S, report: Report) => Promise<FittedModel>,
  context: FitContext,
): Promise<{ settings: S; fitted: FittedModel }> {
  const { validate } = context;
  // How many there will be does not depend on which is best.
  const steps = validate ? 1 + rounds.reduce((sum, round) => sum + round(first).length, 0) : 1;
  let step = 0;
  const fitNext = (settings: S): Promise<FittedModel> => {
    const before = step++;
    return fit(settings, (done, total) => context.checkpoint({ phase, done: before * total + done, total: steps * total, unit }));
  };
  let best = { settings: first, fitted: await fitNext(first) };
  if (!validate || steps === 1) return best;

  const measure = async (fitted: FittedModel): Promise<number> => {
    const metrics = await validate((rows) => fitted.score(rows));
    context.curve('Choosing', step, metrics);
    return metrics['ndcg@10'] ?? 0;
  };
  try {
    let score = await measure(best.fitted);
    for (const round of rounds) {
      for (const settings of round(best.settings)) {
        const fitted = await fitNext(settings);
        const reached = await measure(fitted);
        const loser = reached > score ? best.fitted : fitted;
        if (reached > score) {
          best = { settings, fitted };
          score = reached;
        }
        loser.dispose?.();
      }
    }
  } catch (error) {
    best.fitted.dispose?.();
    throw error;
  }
  const words = Object.entries(best.settings).map(([name, value]) => `${name} ${value}`);
  context.log(`Validation chose ${words.join(', ')} among ${steps} candidates.`);
  return best;
}

import type { Baseline, Metrics } from '#contract/run';
import { isAccuracy } from '../evaluation/evaluate.ts';
import { comparePairedSteps } from '../evaluation/paired-test.ts';
import type { Steps } from '../math/steps.ts';

/** A baseline that was measured on the same users, in the same order. */
export interface Rival {
  model: string;
  label: string;
  metrics: Metrics;
  values: Record<string, Float32Array>;
}

/** The best baseline by a metric; of equal ones the first. */
function bestBy(metric: string, rivals: readonly Rival[]): Rival | undefined {
  return rivals.reduce<Rival | undefined>((best, rival) => {
    const value = rival.metrics[metric] ?? Number.NEGATIVE_INFINITY;
    return best && (best.metrics[metric] ?? Number.NEGATIVE_INFINITY) >= value ? best : rival;
  }, undefined);
}

/**
 * Each metric of accuracy against the best baseline in it, user by user: what the verdict of a run speaks of.
 * @param values the model's, one a test user
 */
export function* compareWithBaselines(
  values: Readonly<Record<string, Float32Array>>,
  rivals: readonly Rival[],
  seed: number,
): Steps<Baseline[]> {
  const asked = Object.keys(values)
    .filter(isAccuracy)
    .flatMap((metric) => {
      const rival = bestBy(metric, rivals);
      const [first, second] = [values[metric], rival?.values[metric]];
      return rival && first && second ? [{ metric, rival, first, second }] : [];
    });
  const compared = yield* comparePairedSteps(asked, seed);
  return rivals.map((one): Baseline => {
    const { model, label, metrics } = one;
    const differences = asked.flatMap(({ metric, rival }, at) => {
      const { difference, interval, p } = compared[at] as (typeof compared)[number];
      return rival === one ? [[metric, { difference, interval, p }] as const] : [];
    });
    return { model, label, metrics, differences: Object.fromEntries(differences) };
  });
}

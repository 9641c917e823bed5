import { formatBare, formatP, formatRange } from './figures.ts';
import type { Interval, PairedDifference, Run } from './run.ts';

/** Of fewer users a bootstrap interval is too narrow: of a single one it has no width at all. */
export const enoughUsers = 30;

/** The one notion of more than chance: the 95 % interval of the difference, user by user, lies on one side of zero, and is of enough users. */
export function isClear({ interval: [low, high] }: Pick<PairedDifference, 'interval'>, users: number): boolean {
  return users >= enoughUsers && (low > 0 || high < 0);
}

/** A metric's name as people write it: `NDCG@10`, `AUC`, `log loss`. */
export const spoken = (name: string): string => (name === 'log-loss' ? 'log loss' : name.toUpperCase());

const testText = (interval: Interval, p: number): string => `(95 % ${formatRange(interval)}, p ${formatP(p)})`;
/** A model's own name begins as it does; words do not. */
const capital = (text: string): string => text.replace(/^the /, 'The ');

/**
 * Who is ahead, by how much and how surely: `LightGCN beats iALS on NDCG@10 by .0041 (95 % .0012 to .0070, p .004)`.
 * @param paired the first minus the second
 */
export function comparedText(
  { first, second, on, users }: { first: string; second: string; on: string; users: number },
  { difference, interval, p }: PairedDifference,
): string {
  if (difference === 0) return `${capital(first)} and ${second} are equal on ${on} ${testText(interval, p)}`;
  const ahead = difference > 0;
  const [winner, loser] = ahead ? [first, second] : [second, first];
  const test = testText(ahead ? interval : [-interval[1], -interval[0]], p);
  const size = formatBare(Math.abs(difference));
  return isClear({ interval }, users)
    ? `${capital(winner)} beats ${loser} on ${on} by ${size} ${test}`
    : `${capital(winner)} leads ${loser} on ${on} by ${size}, which may be chance ${test}`;
}

/** The metric that a verdict is by. */
export function headlineOf({ metrics }: Pick<Run, 'metrics'>): string | undefined {
  return ['ndcg@10', ...Object.keys(metrics).filter((key) => key.startsWith('ndcg')), 'auc'].find((key) => metrics[key] !== undefined);
}

type Judged = Pick<Run, 'label' | 'metrics' | 'baselines' | 'oracle' | 'counts'>;

/** How good a run is against the best baseline, user by user, and against the best possible where it is known: in one sentence. */
export function verdictOf({ label, metrics, baselines, oracle, counts }: Judged): string {
  const name = headlineOf({ metrics });
  if (name === undefined) return `${label} has no metrics.`;
  const own = metrics[name] as number;
  const possible = oracle?.[name];
  const reach = possible ? `; ${Math.round((100 * own) / possible)} % of the best possible` : '';
  const best = baselines.reduce<Run['baselines'][number] | undefined>(
    (top, one) => (top && (top.metrics[name] ?? 0) >= (one.metrics[name] ?? 0) ? top : one),
    undefined,
  );
  if (best === undefined) return `${label} has ${spoken(name)} ${formatBare(own)}${reach}.`;
  const figures = `${label} ${formatBare(own)}, ${best.label} ${formatBare(best.metrics[name] ?? 0)}${reach}.`;
  const paired = best.differences?.[name];
  if (!paired) return `${spoken(name)} beside the best baseline, not compared user by user: ${figures}`;
  const names = { first: label, second: `the best baseline, ${best.label},`, on: spoken(name), users: counts.testUsers };
  return `${comparedText(names, paired)}: ${figures}`;
}

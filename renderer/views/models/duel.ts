import type { ComparedMetric, Interval, RunComparison } from '#contract/run';
import { metricLabel, metricsAt, sortMetrics } from '../../format/metrics.ts';
import { countOf, formatBare, formatP, formatRange } from '../../format/numbers.ts';
import { listOf } from '../../format/text.ts';

/** The level at which a difference is called significant. */
export const significance = 0.05;

/** One metric of two runs as the panel shows it. */
export interface DuelRow extends ComparedMetric {
  significant: boolean;
  /** Difference and interval as shares of the first run's value; nothing where that is zero. */
  relative: { value: number; interval: Interval } | undefined;
}

/** The metrics of one length of list, in reading order. */
export function duelRows({ metrics }: Pick<RunComparison, 'metrics'>, k: string | undefined): DuelRow[] {
  const names = metricsAt(sortMetrics(metrics.map(({ name }) => name)), k);
  return names.map((name) => {
    const metric = metrics.find((one) => one.name === name) as ComparedMetric;
    const { first, difference, interval, p } = metric;
    return {
      ...metric,
      significant: p < significance,
      relative: first === 0 ? undefined : { value: difference / first, interval: [interval[0] / first, interval[1] / first] },
    };
  });
}

/** Which picks are left when one is ticked or unticked: a third takes the place of the second, so that one run can meet many. */
export function pickForDuel(picked: readonly string[], id: string): string[] {
  if (picked.includes(id)) return picked.filter((other) => other !== id);
  return [...picked.slice(0, 1), id];
}

/** What both are called; two runs of one model by their ids as well. */
export function duelNames({ first, second }: Pick<RunComparison, 'first' | 'second'>): [string, string] {
  return first.label === second.label ? [`${first.label} ${first.id}`, `${second.label} ${second.id}`] : [first.label, second.label];
}

const oneTest = (interval: Interval, p: number): string => `(95 % ${formatRange(interval)}, p ${formatP(p)})`;

/** Who wins by the metric that users are told apart by, how sure that is, and for how many. */
export function verdictOfDuel(comparison: RunComparison): string {
  const [first, second] = duelNames(comparison);
  const metric = comparison.metrics.find(({ name }) => name === comparison.by);
  if (!metric) return `${second} and ${first} were not measured by the same metric.`;
  const { difference, interval, p, better, worse, same } = metric;
  const on = metricLabel(metric.name);
  const ahead = difference >= 0;
  const [winner, loser] = ahead ? [second, first] : [first, second];
  const own: Interval = ahead ? interval : [-interval[1], -interval[0]];
  const users = `better for ${countOf(ahead ? better : worse, 'user')}, worse for ${countOf(ahead ? worse : better, 'user')}, the same for ${countOf(same, 'user')}`;
  const size = formatBare(Math.abs(difference));
  if (p < significance) return `${winner} beats ${loser} on ${on} by ${size} ${oneTest(own, p)}: ${users}.`;
  if (difference === 0) return `${second} and ${first} are equal on ${on} ${oneTest(interval, p)}: ${users}.`;
  return `${winner} leads ${loser} on ${on} by ${size}, which may be chance ${oneTest(own, p)}: ${users}.`;
}

/** The other metrics in a sentence, from the second run's side. */
export function othersOfDuel(comparison: RunComparison, rows: readonly DuelRow[]): string {
  const [first, second] = duelNames(comparison);
  const others = rows.filter(({ name }) => name !== comparison.by);
  if (others.length === 0) return '';
  const named = (some: DuelRow[]) => listOf(some.map(({ name }) => metricLabel(name)));
  const higher = others.filter(({ significant, difference }) => significant && difference > 0);
  const lower = others.filter(({ significant, difference }) => significant && difference < 0);
  const unclear = others.filter(({ significant }) => !significant);
  const parts = [
    higher.length ? `higher on ${named(higher)}` : '',
    lower.length ? `lower on ${named(lower)}` : '',
    unclear.length ? `no clear difference on ${named(unclear)}` : '',
  ].filter(Boolean);
  return `${second} against ${first} elsewhere: ${parts.join('; ')}.`;
}

/** What single tests beside one another are worth. */
export function testsNote(count: number): string {
  const table = count === 1 ? 'The p value is' : `Each of the ${count} p values is`;
  return `${table} that of a single test and not corrected for the others, or for other pairs of models that you look at: of twenty tests of equal models, one comes out below .05.`;
}

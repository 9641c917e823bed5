import type { ComparedMetric, Interval, RunComparison } from '#contract/run';
import { comparedText, isClear } from '#contract/verdict';
import { metricLabel, metricsAt, sortMetrics } from '../../format/metrics.ts';
import { countOf, formatMetric, formatMilliseconds, formatSize } from '../../format/numbers.ts';
import { listOf } from '../../format/text.ts';
import { formatDuration } from '../../format/time.ts';

/** One metric of two runs as the panel shows it. */
export interface DuelRow extends ComparedMetric {
  /** More than chance: the 95 % interval lies on one side of zero. */
  clear: boolean;
  /** Difference and interval as shares of the first run's value; nothing where that is zero. */
  relative: { value: number; interval: Interval } | undefined;
}

/** The metrics of one length of list, in reading order. */
export function duelRows({ metrics, users }: Pick<RunComparison, 'metrics' | 'users'>, k: string | undefined): DuelRow[] {
  const names = metricsAt(sortMetrics(metrics.map(({ name }) => name)), k);
  return names.map((name) => {
    const metric = metrics.find((one) => one.name === name) as ComparedMetric;
    const { first, difference, interval } = metric;
    return {
      ...metric,
      clear: isClear(metric, users),
      relative: first === 0 ? undefined : { value: difference / first, interval: [interval[0] / first, interval[1] / first] },
    };
  });
}

const costs: Record<string, { label: string; text: (value: number) => string }> = {
  trainSeconds: { label: 'Training', text: formatDuration },
  peakMemoryBytes: { label: 'Peak memory', text: formatSize },
  modelBytes: { label: 'Model size', text: formatSize },
  latencyMs: { label: 'One list', text: formatMilliseconds },
};

/** What is compared without a test, as it stands: the metrics beyond accuracy of one length of list, then the costs, which have a label. */
export function untestedRows(
  { untested }: Pick<RunComparison, 'untested'>,
  k: string | undefined,
): { name: string; label?: string; first: string; second: string }[] {
  const metrics = metricsAt(sortMetrics(untested.map(({ name }) => name).filter((name) => !costs[name])), k);
  return [...metrics, ...Object.keys(costs)].flatMap((name) => {
    const found = untested.find((one) => one.name === name);
    if (!found) return [];
    const show = (value: number | null): string => (value === null ? '–' : (costs[name]?.text ?? formatMetric)(value));
    return [{ name, ...(costs[name] ? { label: costs[name].label } : {}), first: show(found.first), second: show(found.second) }];
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

/** Who wins by the metric that users are told apart by, how sure that is, and for how many. */
export function verdictOfDuel(comparison: RunComparison): string {
  const [first, second] = duelNames(comparison);
  const metric = comparison.metrics.find(({ name }) => name === comparison.by);
  if (!metric) return `${second} and ${first} were not measured by the same metric.`;
  const { better, worse, same } = metric;
  const ahead = metric.difference >= 0;
  const users = `better for ${countOf(ahead ? better : worse, 'user')}, worse for ${countOf(ahead ? worse : better, 'user')}, the same for ${countOf(same, 'user')}`;
  return `${comparedText({ first: second, second: first, on: metricLabel(metric.name), users: comparison.users }, metric)}: ${users}.`;
}

/** The other metrics in a sentence, from the second run's side. */
export function othersOfDuel(comparison: RunComparison, rows: readonly DuelRow[]): string {
  const [first, second] = duelNames(comparison);
  const others = rows.filter(({ name }) => name !== comparison.by);
  if (others.length === 0) return '';
  const named = (some: DuelRow[]) => listOf(some.map(({ name }) => metricLabel(name)));
  const higher = others.filter(({ clear, difference }) => clear && difference > 0);
  const lower = others.filter(({ clear, difference }) => clear && difference < 0);
  const unclear = others.filter(({ clear }) => !clear);
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
  return `${table} that of a single test and not corrected for the others, or for other pairs of models that you look at: of twenty comparisons of equal models, one comes out clear of chance.`;
}

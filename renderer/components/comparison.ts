import type { Baseline, Intervals, Metrics, PairedDifference, Run } from '#contract/run';
import { isClear } from '#contract/verdict';
import { higherIsBetter, sortMetrics } from '../format/metrics.ts';
import { formatP, formatRange } from '../format/numbers.ts';

/** One row of a metrics table. */
export interface MetricsRow {
  label: string;
  metrics: Metrics;
  errors?: Metrics | undefined;
  intervals?: Intervals | undefined;
  /** Of a baseline: the model minus it, user by user, where it is the best one. */
  differences?: Baseline['differences'];
  /** Of the model: the users that it was tested on. */
  users?: number | undefined;
  kind: 'model' | 'baseline' | 'oracle';
}

/** A run beside its baselines and, where there is one, the oracle. */
export function rowsOfRun(run: Run): MetricsRow[] {
  const rows: MetricsRow[] = [
    { label: run.label, metrics: run.metrics, errors: run.errors, intervals: run.intervals, users: run.counts.testUsers, kind: 'model' },
  ];
  for (const baseline of run.baselines)
    rows.push({ label: baseline.label, metrics: baseline.metrics, differences: baseline.differences, kind: 'baseline' });
  if (run.oracle) rows.push({ label: 'Oracle (best reachable)', metrics: run.oracle, kind: 'oracle' });
  return rows;
}

/** Of the rows that a pipeline reports, the first is the model; the oracle calls itself so. What the run knows of them beside is added. */
export function rowsOfTable(table: readonly { label: string; metrics: Metrics }[], run?: Run): MetricsRow[] {
  return table.map((row, index) => {
    if (index === 0) return { ...row, kind: 'model', errors: run?.errors, intervals: run?.intervals, users: run?.counts.testUsers };
    if (/oracle/i.test(row.label)) return { ...row, kind: 'oracle' };
    return { ...row, kind: 'baseline', differences: run?.baselines.find(({ label }) => label === row.label)?.differences };
  });
}

/** Every metric that any row has. */
export function metricsOfRows(rows: readonly MetricsRow[]): string[] {
  return sortMetrics(rows.flatMap((row) => Object.keys(row.metrics)));
}

export interface Difference {
  /** Positive where the model is better, whichever way the metric runs. */
  gain: number;
  value: number;
  /** Whether it is more than chance, and the test behind that. Undefined where there was none, as of metrics beyond accuracy. */
  clear: { is: boolean; words: string; test: string } | undefined;
}

function clearOf(paired: PairedDifference, users: number): Difference['clear'] {
  const is = isClear(paired, users);
  const test = `95 % interval of the difference, user by user: ${formatRange(paired.interval)}, p ${formatP(paired.p)}`;
  return { is, words: is ? 'clear' : 'may be chance', test };
}

/** The model against the best of its baselines in one metric. */
export function differenceToBest(rows: readonly MetricsRow[], metric: string): Difference | undefined {
  const model = rows.find((row) => row.kind === 'model');
  const value = model?.metrics[metric];
  const others = rows.filter((row) => row.kind === 'baseline' && row.metrics[metric] !== undefined);
  if (model === undefined || value === undefined || others.length === 0) return undefined;
  const up = higherIsBetter(metric);
  const best = (up ? Math.max : Math.min)(...others.map((row) => row.metrics[metric]!));
  const difference = value - best;
  const paired = others.find((row) => row.metrics[metric] === best)?.differences?.[metric];
  return { value: difference, gain: up ? difference : -difference, clear: paired && clearOf(paired, model.users ?? 0) };
}

/** The best value of a metric among model and baselines: it is set in bold. */
export function bestValue(rows: readonly MetricsRow[], metric: string): number | undefined {
  const values = rows.filter((row) => row.kind !== 'oracle').flatMap((row) => row.metrics[metric] ?? []);
  if (values.length === 0) return undefined;
  return higherIsBetter(metric) ? Math.max(...values) : Math.min(...values);
}

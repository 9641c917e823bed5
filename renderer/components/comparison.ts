import type { Interval, Intervals, Metrics, Run } from '#contract/run';
import { higherIsBetter, sortMetrics } from '../format/metrics.ts';

/** One row of a metrics table. */
export interface MetricsRow {
  label: string;
  metrics: Metrics;
  errors?: Metrics | undefined;
  intervals?: Intervals | undefined;
  kind: 'model' | 'baseline' | 'oracle';
}

/** A run beside its baselines and, where there is one, the oracle. */
export function rowsOfRun(run: Run): MetricsRow[] {
  const rows: MetricsRow[] = [{ label: run.label, metrics: run.metrics, errors: run.errors, intervals: run.intervals, kind: 'model' }];
  for (const baseline of run.baselines) rows.push({ label: baseline.label, metrics: baseline.metrics, kind: 'baseline' });
  if (run.oracle) rows.push({ label: 'Oracle (best reachable)', metrics: run.oracle, kind: 'oracle' });
  return rows;
}

/** Of the rows that a pipeline reports, the first is the model; the oracle calls itself so. */
export function rowsOfTable(
  table: readonly { label: string; metrics: Metrics }[],
  spread: Partial<Pick<Run, 'errors' | 'intervals'>> = {},
): MetricsRow[] {
  return table.map((row, index) => {
    if (index === 0) return { ...row, kind: 'model', errors: spread.errors, intervals: spread.intervals };
    return { ...row, kind: /oracle/i.test(row.label) ? 'oracle' : 'baseline' };
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
  /** Whether it is more than chance, and by what that is judged: `within its interval`. Undefined where nothing is known. */
  clear: { is: boolean; words: string } | undefined;
}

/** The other value lies outside the model's interval; where there is none, more than two standard errors away. */
function clearOf(difference: number, other: number, interval: Interval | undefined, error: number | undefined): Difference['clear'] {
  if (interval) {
    const is = other < interval[0] || other > interval[1];
    return { is, words: `${is ? 'outside' : 'within'} its interval` };
  }
  if (error === undefined) return undefined;
  const is = Math.abs(difference) > 2 * error;
  return { is, words: is ? '> 2 s.e.' : 'within 2 s.e.' };
}

/** The model against the best of its baselines in one metric. */
export function differenceToBest(rows: readonly MetricsRow[], metric: string): Difference | undefined {
  const model = rows.find((row) => row.kind === 'model');
  const value = model?.metrics[metric];
  const others = rows.filter((row) => row.kind === 'baseline').flatMap((row) => row.metrics[metric] ?? []);
  if (value === undefined || others.length === 0) return undefined;
  const up = higherIsBetter(metric);
  const best = up ? Math.max(...others) : Math.min(...others);
  const difference = value - best;
  return {
    value: difference,
    gain: up ? difference : -difference,
    clear: clearOf(difference, best, model?.intervals?.[metric], model?.errors?.[metric]),
  };
}

/** The best value of a metric among model and baselines: it is set in bold. */
export function bestValue(rows: readonly MetricsRow[], metric: string): number | undefined {
  const values = rows.filter((row) => row.kind !== 'oracle').flatMap((row) => row.metrics[metric] ?? []);
  if (values.length === 0) return undefined;
  return higherIsBetter(metric) ? Math.max(...values) : Math.min(...values);
}

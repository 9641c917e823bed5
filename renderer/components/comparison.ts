import type { Metrics, Run } from '#contract/run';
import { higherIsBetter, sortMetrics } from '../format/metrics.ts';

/** One row of a metrics table. */
export interface MetricsRow {
  label: string;
  metrics: Metrics;
  errors?: Metrics | undefined;
  kind: 'model' | 'baseline' | 'oracle';
}

/** A run beside its baselines and, where there is one, the oracle. */
export function rowsOfRun(run: Run): MetricsRow[] {
  const rows: MetricsRow[] = [{ label: run.label, metrics: run.metrics, errors: run.errors, kind: 'model' }];
  for (const baseline of run.baselines) rows.push({ label: baseline.label, metrics: baseline.metrics, kind: 'baseline' });
  if (run.oracle) rows.push({ label: 'Oracle (best reachable)', metrics: run.oracle, kind: 'oracle' });
  return rows;
}

/** Of the rows that a pipeline reports, the first is the model; the oracle calls itself so. */
export function rowsOfTable(table: readonly { label: string; metrics: Metrics }[], errors?: Metrics): MetricsRow[] {
  return table.map((row, index) => {
    if (index === 0) return { ...row, kind: 'model', errors };
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
  /** More than two standard errors of the model's metric; undefined where no error is known. */
  clear: boolean | undefined;
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
  const error = model?.errors?.[metric];
  return {
    value: difference,
    gain: up ? difference : -difference,
    clear: error === undefined ? undefined : Math.abs(difference) > 2 * error,
  };
}

/** The best value of a metric among model and baselines: it is set in bold. */
export function bestValue(rows: readonly MetricsRow[], metric: string): number | undefined {
  const values = rows.filter((row) => row.kind !== 'oracle').flatMap((row) => row.metrics[metric] ?? []);
  if (values.length === 0) return undefined;
  return higherIsBetter(metric) ? Math.max(...values) : Math.min(...values);
}

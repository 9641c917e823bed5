import type { Run } from '#contract/run';
import type { Sorting } from '../../components/sorting.ts';
import { higherIsBetter, metricsAt, sortMetrics } from '../../format/metrics.ts';
import { formatMetric, formatMilliseconds, formatSize } from '../../format/numbers.ts';
import { formatAge, formatDuration } from '../../format/time.ts';
import { splitText } from './run-text.ts';

/** Runs that were measured alike: the same kind of model, split and choice of positives. */
export interface Setup {
  key: string;
  label: string;
  /** The latest run of each model, newest first. */
  runs: Run[];
}

const roleText: Record<Run['role'], string> = { retrieval: 'Retrieval', ranking: 'Ranking' };

function setupLabel({ role, split, selection }: Run): string {
  const positives = [
    selection.minValue === 'auto' ? '' : `from value ${selection.minValue}`,
    selection.eventTypes ? `of ${selection.eventTypes.join(', ')}` : '',
  ].filter(Boolean);
  return [roleText[role], splitText(split), positives.length ? `positives ${positives.join(' ')}` : ''].filter(Boolean).join(' · ');
}

/** Every way in which runs were measured, that of the newest run first. */
export function setupsOf(runs: readonly Run[]): Setup[] {
  const setups = new Map<string, Setup>();
  for (const run of [...runs].sort((a, b) => b.createdAt.localeCompare(a.createdAt))) {
    const key = JSON.stringify([run.role, run.split, run.selection]);
    const setup = setups.get(key) ?? { key, label: setupLabel(run), runs: [] };
    setups.set(key, setup);
    if (!setup.runs.some((other) => other.model === run.model)) setup.runs.push(run);
  }
  return [...setups.values()];
}

/** The setup to begin with: that of the newest retrieval run, whose ranker may be newer; else the newest. */
export function firstSetup(setups: readonly Setup[]): Setup | undefined {
  return setups.find(({ runs }) => runs[0]?.role === 'retrieval') ?? setups[0];
}

/** Runs that can be set against each other: of retrieval, each with another on the same test set, the newest first. */
export function duelRuns(runs: readonly Run[]): Run[] {
  const measured = runs.filter(({ role, testFingerprint }) => role === 'retrieval' && testFingerprint !== undefined);
  return measured
    .filter((run) => measured.some((other) => other !== run && other.testFingerprint === run.testFingerprint))
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** Whether a run saw other data than the newest run beside it, or was tested on something else: then their numbers do not compare. */
export function isOfOtherData(run: Run, newest: Run): boolean {
  if (run.dataFingerprint !== newest.dataFingerprint) return true;
  return run.testFingerprint !== undefined && newest.testFingerprint !== undefined && run.testFingerprint !== newest.testFingerprint;
}

/** What stands in a column, beside the name of the model. */
export interface Column {
  id: string;
  label: string;
  /** Nothing where a run has no such value. */
  value: (run: Run) => number | undefined;
  higherIsBetter: boolean;
  /** False where more or less is neither good nor bad. */
  judged: boolean;
}

const shownFamilies = /^(ndcg|hit-rate|recall|mrr|coverage|auc|log-loss)(@|$)/;

/** The metrics of a comparison, in reading order: those that people choose by. */
export function comparedMetrics(runs: readonly Run[], k: string | undefined): string[] {
  const names = sortMetrics(runs.flatMap((run) => Object.keys(run.metrics)));
  return metricsAt(names, k).filter((name) => shownFamilies.test(name));
}

const costs: Column[] = [
  { id: 'seconds', label: 'Took', value: (run) => run.seconds, higherIsBetter: false, judged: true },
  { id: 'memory', label: 'Memory', value: (run) => run.peakMemoryBytes, higherIsBetter: false, judged: true },
  { id: 'latency', label: 'A list', value: (run) => run.latencyMs, higherIsBetter: false, judged: true },
  { id: 'createdAt', label: 'Trained', value: (run) => Date.parse(run.createdAt), higherIsBetter: true, judged: false },
];

/** Metrics first, then what they cost; a cost that no run knows has no column. */
export function columnsOf(runs: readonly Run[], k: string | undefined): Column[] {
  const metrics = comparedMetrics(runs, k).map((name): Column => {
    return { id: name, label: name, value: (run) => run.metrics[name], higherIsBetter: higherIsBetter(name), judged: true };
  });
  return [...metrics, ...costs.filter(({ value }) => runs.some((run) => value(run) !== undefined))];
}

/** The best value of a column among runs that compare; nothing where there is no choice. */
export function bestOf({ value, higherIsBetter: up, judged }: Column, runs: readonly Run[]): number | undefined {
  const values = runs.flatMap((run) => value(run) ?? []);
  if (!judged || values.length < 2) return undefined;
  return up ? Math.max(...values) : Math.min(...values);
}

/** Which way a column is first sorted: the best on top; names from A. */
export function firstSorting(column: Column | 'model'): Sorting {
  return column === 'model' ? { by: 'model', descending: false } : { by: column.id, descending: column.higherIsBetter };
}

/** Runs in order; those without a value last, whichever way; equal ones by name. */
export function sortRuns(runs: readonly Run[], columns: readonly Column[], { by, descending }: Sorting): Run[] {
  const value = columns.find((column) => column.id === by)?.value;
  const sign = descending ? -1 : 1;
  return [...runs].sort((a, b) => {
    if (!value) return sign * a.label.localeCompare(b.label);
    const [left, right] = [value(a), value(b)];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    return sign * (left - right) || a.label.localeCompare(b.label);
  });
}

/** Where runs were trained: `on CPU`, `on CPU and GPU`. */
export function devicesText(runs: readonly Run[]): string {
  return `on ${[...new Set(runs.map((run) => run.device.device.toUpperCase()))].sort().join(' and ')}`;
}

/** A value as it stands in the table. */
export function valueText(column: Column, value: number, now: number): string {
  switch (column.id) {
    case 'seconds':
      return formatDuration(value);
    case 'memory':
      return formatSize(value);
    case 'latency':
      return formatMilliseconds(value);
    case 'createdAt':
      return formatAge(new Date(value).toISOString(), now);
    default:
      return formatMetric(value);
  }
}

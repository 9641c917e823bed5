import { formatMetric } from '#contract/figures';
import type { Intervals, Metrics, Run, RunComparison, ScoreCounts, Slice } from '#contract/run';
import { comparedText, enoughUsers, spoken } from '#contract/verdict';
import { formatBytes, formatDuration, formatMetrics, formatNumber, formatTable } from './terminal.ts';

const plural = (count: number, one: string, many = `${one}s`): string => `${formatNumber(count)} ${count === 1 ? one : many}`;

/** Over whom the means are, what did not count, and what counted though training does not know it. */
export function scoreText({ users, items, counts }: { users: number; items: number; counts: ScoreCounts }): string {
  const below = counts.trainRowsBelow + counts.testRowsBelow;
  return [
    plural(users, 'user'),
    `coverage and Gini: of the ${plural(items, 'item')} that the three files name (a run's are of all items of its workspace)`,
    `left out: ${plural(below, 'row')} below the least value (${formatNumber(counts.testRowsBelow)} of the test file), ${plural(counts.testRowsInTraining, 'test row')} in training already, ${plural(counts.testRowsRepeated, 'repeated test row')}, ${plural(counts.usersLeftOut, 'user')} with nothing left`,
    `counted all the same: ${plural(counts.usersWithoutTraining, 'user')} without training rows, ${plural(counts.usersWithoutList, 'user')} without a list (zeros), ${plural(counts.itemsWithoutTraining, 'test item')} without training rows`,
  ].join('\n');
}

const beyond = ['coverage', 'gini', 'novelty', 'diversity', 'attribute-diversity', 'serendipity', 'arp', 'long-tail'];

/** What lists are like beside being right, at the first k; null where nothing of it was measured. */
function beyondText(table: { label: string; metrics: Metrics }[]): string | null {
  const all = Object.keys(table[0]?.metrics ?? {});
  const k = all.find((name) => name.startsWith('novelty@'))?.split('@')[1];
  if (k === undefined) return null;
  const names = beyond.map((name) => `${name}@${k}`).filter((name) => all.includes(name));
  const rows = table.map(({ label, metrics }) => [label, ...names.map((name) => metrics[name]?.toFixed(4) ?? '–')]);
  return formatTable([['beyond accuracy', ...names], ...rows]);
}

const between = ([low, high]: readonly [number, number], digits = 4): string => `${low.toFixed(digits)} to ${high.toFixed(digits)}`;

/** Bootstrap intervals of NDCG and hit rate; null where there are none. */
function intervalsText(intervals: Intervals | undefined, users: number): string | null {
  if (intervals && users < enoughUsers) return `95 % intervals: too few users (${formatNumber(users)}; ${enoughUsers} are needed)`;
  const shown = Object.entries(intervals ?? {}).filter(([name]) => /^(ndcg|hit-rate)@/.test(name));
  return shown.length === 0 ? null : `95 % intervals: ${shown.map(([name, interval]) => `${name} ${between(interval)}`).join(', ')}`;
}

/** Slices by activity and popularity; those by attribute stand in the JSON. An interval of few users would be too narrow to be true. */
export function slicesText(slices: Slice[] | undefined): string | null {
  const shown = (slices ?? []).filter(({ by }) => by === 'activity' || by === 'popularity');
  const [first] = shown;
  if (!first) return null;
  const names = Object.keys(first.metrics);
  const lead = names[0] as string;
  const spread = ({ users, intervals }: Slice): string => {
    const interval = intervals[lead];
    return users < enoughUsers || !interval ? 'too few users' : between(interval);
  };
  const table = formatTable([
    ['slice', 'users', ...names, `${lead}, 95 %`],
    ...shown.map((slice) => [
      slice.name,
      String(slice.users),
      ...names.map((metric) => slice.metrics[metric]?.toFixed(4) ?? '–'),
      spread(slice),
    ]),
  ]);
  return shown.some(({ of }) => of === 'items')
    ? `${table}\nSlices of items count only targets in the slice: compare them between models, not with the whole.`
    : table;
}

/** What a run cost: time, memory, size, and the time of one list. */
export function costText({ seconds, peakMemoryBytes, modelBytes, latencyMs }: Run): string {
  return [
    `trained in ${formatDuration(seconds)}`,
    ...(peakMemoryBytes !== undefined ? [`peak memory ${formatBytes(peakMemoryBytes)}`] : []),
    ...(modelBytes !== undefined ? [`model ${formatBytes(modelBytes)}`] : []),
    ...(latencyMs !== undefined ? [`one list in ${latencyMs.toFixed(2)} ms`] : []),
  ].join(', ');
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;

function movedText(title: string, users: RunComparison['won']): string[] {
  if (users.length === 0) return [];
  const rows = users.map(({ userId, first, second, difference }) => [userId, first.toFixed(4), second.toFixed(4), signed(difference)]);
  return ['', formatTable([[title, 'first', 'second', 'difference'], ...rows])];
}

/** Costs and metrics beyond accuracy as people read them. */
function untestedValue(name: string, value: number | null): string {
  if (value === null) return '–';
  if (name === 'trainSeconds') return formatDuration(value);
  if (name === 'latencyMs') return `${value.toFixed(2)} ms`;
  return name.endsWith('Bytes') ? formatBytes(value) : formatMetric(value);
}

const costNames: Record<string, string> = {
  trainSeconds: 'training',
  peakMemoryBytes: 'peak memory',
  modelBytes: 'model',
  latencyMs: 'one list',
};

function untestedText(untested: RunComparison['untested']): string[] {
  if (untested.length === 0) return [];
  const rows = untested.map(({ name, first, second }) => [
    costNames[name] ?? name,
    untestedValue(name, first),
    untestedValue(name, second),
  ]);
  return ['', formatTable([['without a test', 'first', 'second'], ...rows])];
}

/** Two runs side by side: what differs, how sure that is, and who moved most. */
export function comparisonText({ first, second, users, metrics, untested, by, won, lost }: RunComparison): string {
  const lead = metrics.find(({ name }) => name === by);
  const named = ({ id, label }: RunComparison['first']): string => (first.label === second.label ? `${label} ${id}` : label);
  const rows = metrics.map(({ name, interval: [low, high], ...metric }) => [
    name,
    metric.first.toFixed(4),
    metric.second.toFixed(4),
    signed(metric.difference),
    `${signed(low)} to ${signed(high)}`,
    metric.p < 0.0001 ? '< 0.0001' : metric.p.toFixed(4),
    `${metric.better} / ${metric.worse} / ${metric.same}`,
  ]);
  return [
    `first: ${first.id} (${first.label}), second: ${second.id} (${second.label}), ${plural(users, 'user')}`,
    '',
    formatTable([['metric', 'first', 'second', 'difference', '95 % interval', 'p', 'users better / worse / same'], ...rows]),
    ...(lead ? ['', `${comparedText({ first: named(second), second: named(first), on: spoken(by), users }, lead)}.`] : []),
    ...untestedText(untested),
    ...movedText(`won most (${by})`, won),
    ...movedText(`lost most (${by})`, lost),
  ].join('\n');
}

/** One row a model: accuracy, what is beyond it, how sure it is, for whom it holds. */
export function evaluationText(
  table: { label: string; metrics: Metrics }[],
  { users, intervals, slices }: { users: number; intervals?: Intervals | undefined; slices?: Slice[] | undefined },
): string {
  return [formatMetrics(table), beyondText(table), intervalsText(intervals, users), slicesText(slices)]
    .filter((part) => part !== null)
    .join('\n\n');
}

import type { Interval, Run, Slice } from '#contract/run';
import { enoughUsers } from '#contract/verdict';
import type { Sorting } from '../../components/sorting.ts';
import { metricLabel, sortMetrics } from '../../format/metrics.ts';
import { listOf } from '../../format/text.ts';

/** One metric of a slice against that of the whole. */
export interface SliceCell {
  value: number;
  /** Nothing of too few users. */
  interval: Interval | undefined;
  /** The slice minus the whole; nothing of a slice of items, which counts only targets in it and so lies below the whole or above it by construction. */
  difference: number | undefined;
  /** Whether the slice's interval lies wholly on one side of the whole's value; of too few users it never does. */
  side: 'above' | 'below' | 'around';
  /** The lowest of those of its group that have enough users, and certainly below the whole. */
  worst: boolean;
}

export interface SliceRow {
  name: string;
  /** What the name stands for: `at most 5 training items`. */
  detail: string;
  users: number;
  cells: Record<string, SliceCell>;
}

export interface SliceGroup {
  key: string;
  label: string;
  of: Slice['of'];
  rows: SliceRow[];
}

function groupLabel({ by, of }: Slice): string {
  if (by === 'activity') return 'Activity: users by what they had in training';
  if (by === 'popularity') return 'Popularity: held-out items by who had them in training';
  return of === 'users' ? `Users by ${by}` : `Held-out items by ${by}`;
}

/** `new users (at most 5 training items)` as a name and what it stands for. */
function splitName(name: string): { name: string; detail: string } {
  const match = /^(.+?) \((.+)\)$/.exec(name);
  return match ? { name: match[1] as string, detail: match[2] as string } : { name, detail: '' };
}

function cellOf(slice: Slice, metric: string, whole: number, lowest: number): SliceCell | undefined {
  const [value, interval] = [slice.metrics[metric], slice.intervals[metric]];
  if (value === undefined || interval === undefined) return undefined;
  if (slice.users < enoughUsers)
    return { value, interval: undefined, difference: slice.of === 'users' ? value - whole : undefined, side: 'around', worst: false };
  if (slice.of === 'items') return { value, interval, difference: undefined, side: 'around', worst: false };
  const side = interval[1] < whole ? 'below' : interval[0] > whole ? 'above' : 'around';
  return { value, interval, difference: value - whole, side, worst: side === 'below' && value === lowest };
}

/** Metrics that the slices were measured by, in reading order. */
export function sliceMetrics({ slices = [], metrics }: Pick<Run, 'slices' | 'metrics'>): string[] {
  return sortMetrics(slices.flatMap((slice) => Object.keys(slice.metrics))).filter((metric) => metrics[metric] !== undefined);
}

/** The slices of a run in their groups, each metric set against that of the whole. */
export function sliceGroups(run: Pick<Run, 'slices' | 'metrics'>): SliceGroup[] {
  const metrics = sliceMetrics(run);
  const groups = new Map<string, Slice[]>();
  for (const slice of run.slices ?? []) {
    const key = `${slice.of} ${slice.by}`;
    groups.set(key, [...(groups.get(key) ?? []), slice]);
  }
  return [...groups].map(([key, slices]) => ({
    key,
    label: groupLabel(slices[0] as Slice),
    of: (slices[0] as Slice).of,
    rows: slices.map((slice): SliceRow => {
      const cells = metrics.flatMap((metric): [string, SliceCell][] => {
        const lowest = Math.min(...slices.flatMap((other) => (other.users < enoughUsers ? [] : (other.metrics[metric] ?? []))));
        const cell = cellOf(slice, metric, run.metrics[metric] as number, lowest);
        return cell ? [[metric, cell]] : [];
      });
      return { ...splitName(slice.name), users: slice.users, cells: Object.fromEntries(cells) };
    }),
  }));
}

/** Rows of one group in order; as they were measured where the sorting says nothing. */
export function sortSlices(rows: readonly SliceRow[], { by, descending }: Sorting): SliceRow[] {
  const sign = descending ? -1 : 1;
  const value = (row: SliceRow): number | undefined => (by === 'users' ? row.users : row.cells[by]?.value);
  if (by === '') return [...rows];
  return [...rows].sort((a, b) => {
    if (by === 'name') return sign * a.name.localeCompare(b.name);
    const [left, right] = [value(a), value(b)];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    return sign * (left - right) || a.name.localeCompare(b.name);
  });
}

/** What the slices say of one metric, in a sentence. */
export function slicesText(groups: readonly SliceGroup[], metric: string): string {
  const worst = groups.flatMap(({ rows }) => rows.filter((row) => row.cells[metric]?.worst)).map(({ name }) => name);
  const label = metricLabel(metric);
  return worst.length === 0
    ? `No slice is clearly below the whole and the lowest of its group on ${label}.`
    : `Worst of their groups on ${label}, with an interval wholly below the whole: ${listOf(worst)}.`;
}

import type { EntityFeatures, SparseMatrix } from '../math/arrays.ts';
import { bootstrapMeans, type Interval } from './bootstrap.ts';
import type { Catalogue } from './catalogue.ts';
import type { HeldOut } from './held-out.ts';
import { listMetrics } from './metrics.ts';

/** Metrics over some of the users, or over some of the relevant items. */
export interface Slice {
  of: 'users' | 'items';
  /** `activity`, `popularity`, or the attribute. */
  by: string;
  name: string;
  /** Users whom the means are over. */
  users: number;
  metrics: Record<string, number>;
  intervals: Record<string, Interval>;
}

export interface SlicesInput {
  k: number;
  seed: number;
  heldOut: HeldOut;
  catalogue: Catalogue;
  userFeatures: EntityFeatures;
  itemFeatures: EntityFeatures;
}

/** A slice of users or of items: a name, and who belongs to it, by row. */
interface Part {
  by: string;
  name: string;
  has(row: number): boolean;
}

const measured = ['ndcg', 'recall', 'hit-rate'].flatMap((wanted) => listMetrics.filter(({ name }) => name === wanted));
/** Users with at most so many training items are new. */
const newAtMost = 5;
/** So many attributes and values, the most frequent first: a run keeps its slices. */
const mostAttributes = 6;
const mostValues = 4;
/** Slices by attribute of fewer users say nothing. */
const leastUsers = 10;
/** A resample of a slice. */
const largestResample = 2000;

const trainingItems = (train: SparseMatrix, user: number): number => (train.indptr[user + 1] as number) - (train.indptr[user] as number);
const items = (from: number, to: number): string => (from === to ? `${from}` : `${from} to ${to}`);

/** New users, and of the others the less and the more active half. */
function byActivity({ train }: Catalogue, users: Int32Array): Part[] {
  const counts = Int32Array.from(users, (user) => trainingItems(train, user));
  const others = counts.filter((count) => count > newAtMost).sort();
  const median = others[Math.floor((others.length - 1) / 2)] ?? newAtMost;
  const most = others[others.length - 1] ?? median;
  const between = (from: number, to: number) => (row: number) => {
    const count = trainingItems(train, row);
    return count >= from && count <= to;
  };
  return [
    { by: 'activity', name: `new users (at most ${newAtMost} training items)`, has: between(0, newAtMost) },
    { by: 'activity', name: `light users (${items(newAtMost + 1, median)} training items)`, has: between(newAtMost + 1, median) },
    { by: 'activity', name: `heavy users (${items(median + 1, most)} training items)`, has: between(median + 1, most) },
  ];
}

function byPopularity({ group, popularity }: Catalogue): Part[] {
  return ['head', 'middle', 'tail'].map((name, at) => {
    const own = popularity.filter((_, item) => group[item] === at);
    const range =
      own.length === 0
        ? 'none'
        : items(
            own.reduce((a, b) => Math.min(a, b)),
            own.reduce((a, b) => Math.max(a, b)),
          );
    return { by: 'popularity', name: `${name} items (${range} training users)`, has: (row) => group[row] === at };
  });
}

/** The most frequent values of category and list attributes, by how often these rows have them. */
function byAttributes({ categories, lists }: EntityFeatures, rows: Int32Array): Part[] {
  const codesOf = (list: EntityFeatures['lists'][number]) => (row: number) => list.codes.subarray(list.offsets[row], list.offsets[row + 1]);
  const attributes = [
    ...categories.map(({ name, vocabulary, codes }) => ({ name, vocabulary, of: (row: number) => codes.subarray(row, row + 1) })),
    ...lists.map((list) => ({ name: list.name, vocabulary: list.vocabulary, of: codesOf(list) })),
  ];
  return attributes.slice(0, mostAttributes).flatMap(({ name, vocabulary, of }) => {
    const counts = new Int32Array(vocabulary.length);
    for (const row of rows) for (const code of of(row)) if (code >= 0) counts[code] = (counts[code] as number) + 1;
    const top = vocabulary.map((_, code) => code).sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
    return top
      .filter((code) => (counts[code] as number) > 0)
      .slice(0, mostValues)
      .map((code) => ({ by: name, name: vocabulary[code] as string, has: (row: number) => of(row).includes(code) }));
  });
}

/** Six digits are more than any interval deserves. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6;

/**
 * Collects lists of the held-out users, in their order, and gives NDCG, recall and hit rate at k over slices. A slice of users takes their whole lists. A slice of items
 * counts, of each user's relevant items, only those in it, over the users who have one.
 */
export function createSlices({ k, seed, heldOut, catalogue, userFeatures, itemFeatures }: SlicesInput) {
  const userParts = [...byActivity(catalogue, heldOut.users), ...byAttributes(userFeatures, heldOut.users)];
  const itemParts = [...byPopularity(catalogue), ...byAttributes(itemFeatures, heldOut.items)];
  const collect = (part: Part, of: Slice['of']) => ({ part, of, values: measured.map((): number[] => []) });
  const ofUsers = userParts.map((part) => collect(part, 'users'));
  const ofItems = itemParts.map((part) => collect(part, 'items'));
  const note = ({ values }: ReturnType<typeof collect>, hits: number[], relevant: number): void => {
    measured.forEach((metric, at) => {
      values[at]?.push(metric.of({ hits, relevant, k }));
    });
  };
  return {
    add(list: Int32Array, relevant: ReadonlySet<number>, userRow: number): void {
      const hits: number[] = [];
      for (let position = 0; position < Math.min(k, list.length); position++) {
        if (relevant.has(list[position] as number)) hits.push(position);
      }
      for (const slice of ofUsers) if (slice.part.has(userRow)) note(slice, hits, relevant.size);
      for (const slice of ofItems) {
        let own = 0;
        for (const item of relevant) if (slice.part.has(item)) own++;
        if (own === 0) continue;
        note(
          slice,
          hits.filter((position) => slice.part.has(list[position] as number)),
          own,
        );
      }
    },
    result(): Slice[] {
      return [...ofUsers, ...ofItems].flatMap(({ part: { by, name }, of, values }): Slice[] => {
        const users = values[0]?.length ?? 0;
        if (users === 0 || (by !== 'activity' && by !== 'popularity' && users < leastUsers)) return [];
        const intervals = bootstrapMeans(values, seed, largestResample);
        const metrics = measured.map((metric, at): [string, number, Interval] => {
          const own = values[at] as number[];
          const [low, high] = intervals[at] as Interval;
          return [`${metric.name}@${k}`, round(own.reduce((sum, value) => sum + value, 0) / users), [round(low), round(high)]];
        });
        return [
          {
            ...{ of, by, name, users },
            metrics: Object.fromEntries(metrics.map(([metric, mean]) => [metric, mean])),
            intervals: Object.fromEntries(metrics.map(([metric, , interval]) => [metric, interval])),
          },
        ];
      });
    },
  };
}

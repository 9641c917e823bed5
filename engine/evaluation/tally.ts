import { dissimilarity, gini, meanOfShown, popularPlace, serendipity } from './beyond-accuracy.ts';
import type { Catalogue } from './catalogue.ts';
import { listMetrics } from './metrics.ts';

/** Metrics of many lists. */
export interface Measured {
  metrics: Record<string, number>;
  /** Standard errors of the metrics that are means over users. */
  errors: Record<string, number>;
  users: number;
  /** Each user's own value of the metrics that are means over users, in the order in which they were added; NaN where a list is too short to have one. */
  values: Record<string, Float32Array>;
}

export interface TallyInput {
  ks: readonly number[];
  itemCount: number;
  /** At most so many users will be added. */
  users: number;
  /** For metrics beyond accuracy; null for accuracy and coverage alone. */
  catalogue: Catalogue | null;
}

export interface Tally {
  /** @param list item rows, best first, -1 where it ended @param relevant the user's held-out items @param userRow the user's training row */
  add(list: Int32Array, relevant: ReadonlySet<number>, userRow: number): void;
  result(): Measured;
}

/** Diversity by shared users is taken of so many lists at most, evenly spread: a popular item's users are many. */
const diversityLists = 2000;

/** Collects lists and gives the means over users with their standard errors; of the catalogue, the share that any list shows and how evenly. */
export function createTally({ ks, itemCount, users: capacity, catalogue }: TallyInput): Tally {
  const columns = new Map<string, Float32Array>();
  const sums = new Map<string, { count: number; mean: number; squares: number }>();
  const exposures = ks.map(() => new Int32Array(itemCount));
  const bySharedUsers = new Float64Array(catalogue?.usersOf.columns ?? 0);
  const byAttributes = new Float64Array(catalogue?.attributes?.columns ?? 0);
  const every = Math.max(1, Math.ceil(capacity / diversityLists));
  let users = 0;

  /** Welford's update: exact means and squares in one pass. */
  function note(name: string, value: number): void {
    let column = columns.get(name);
    if (!column) {
      column = new Float32Array(capacity).fill(Number.NaN);
      columns.set(name, column);
      sums.set(name, { count: 0, mean: 0, squares: 0 });
    }
    if (Number.isNaN(value)) return;
    column[users] = value;
    const sum = sums.get(name) as { count: number; mean: number; squares: number };
    const before = value - sum.mean;
    sum.count++;
    sum.mean += before / sum.count;
    sum.squares += before * (value - sum.mean);
  }

  function noteBeyond(facts: Catalogue, list: Int32Array, hits: readonly number[], userRow: number): void {
    const placed = hits.map((position) => ({ position, popularPlace: popularPlace(facts, userRow, list[position] as number) }));
    const shared = users % every === 0 ? dissimilarity(list, ks, facts.usersOf, bySharedUsers) : [];
    const described = facts.attributes ? dissimilarity(list, ks, facts.attributes, byAttributes) : null;
    ks.forEach((k, index) => {
      note(`serendipity@${k}`, serendipity(placed, k));
      note(
        `novelty@${k}`,
        meanOfShown(list, k, (item) => facts.information[item] as number),
      );
      note(`diversity@${k}`, shared[index] ?? Number.NaN);
      if (described) note(`attribute-diversity@${k}`, described[index] as number);
      note(
        `arp@${k}`,
        meanOfShown(list, k, (item) => facts.popularity[item] as number),
      );
      note(
        `long-tail@${k}`,
        meanOfShown(list, k, (item) => (facts.group[item] === 2 ? 1 : 0)),
      );
    });
  }

  return {
    add(list, relevant, userRow) {
      const hits: number[] = [];
      for (let position = 0; position < list.length; position++) if (relevant.has(list[position] as number)) hits.push(position);
      ks.forEach((k, index) => {
        const outcome = { hits: hits.filter((position) => position < k), relevant: relevant.size, k };
        for (const metric of listMetrics) note(`${metric.name}@${k}`, metric.of(outcome));
        const shown = exposures[index] as Int32Array;
        for (let position = 0; position < Math.min(k, list.length); position++) {
          const item = list[position] as number;
          if (item >= 0) shown[item] = (shown[item] as number) + 1;
        }
      });
      if (catalogue) noteBeyond(catalogue, list, hits, userRow);
      users++;
    },
    result() {
      const metrics: Record<string, number> = {};
      const errors: Record<string, number> = {};
      if (users === 0) for (const k of ks) for (const { name } of listMetrics) metrics[`${name}@${k}`] = 0;
      const values: Record<string, Float32Array> = {};
      for (const [name, { count, mean, squares }] of sums) {
        if (count === 0) continue;
        metrics[name] = mean;
        errors[name] = count < 2 ? 0 : Math.sqrt(Math.max(0, squares) / (count - 1) / count);
        values[name] = (columns.get(name) as Float32Array).subarray(0, users);
      }
      ks.forEach((k, index) => {
        const shown = exposures[index] as Int32Array;
        metrics[`coverage@${k}`] = itemCount === 0 ? 0 : shown.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0) / itemCount;
        if (catalogue) metrics[`gini@${k}`] = gini(shown);
      });
      return { metrics, errors, users, values };
    },
  };
}

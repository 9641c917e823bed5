import { EngineError } from '#contract/errors';
import { buildSparseMatrix } from '../math/sparse.ts';
import type { Interval } from './bootstrap.ts';
import { createCatalogue } from './catalogue.ts';
import { accuracyIntervals } from './evaluate.ts';
import { createTally } from './tally.ts';

/** User–item pairs as they came: ids, and a rank or a value where the file has one. */
export interface ListedPairs {
  users: string[];
  items: string[];
  /** 1 is the best. */
  ranks: Float64Array | null;
  values: Float64Array | null;
}

export interface ScoreInput {
  train: ListedPairs;
  test: ListedPairs;
  recommendations: ListedPairs;
}

/** What of the files did not count, and what counted though little is known of it. */
export interface ScoreCounts {
  /** Rows of the test file whose pair is in training already: left out. */
  testRowsInTraining: number;
  /** Rows that repeat a pair of the test file: it counts once. */
  testRowsRepeated: number;
  /** Users of the test file of whom nothing is left: no part of the means. */
  usersLeftOut: number;
  /** Users that were measured without a row in training. */
  usersWithoutTraining: number;
  /** Users that were measured without a list: zeros. */
  usersWithoutList: number;
  /** Items of the test file without a row in training: they count as relevant all the same. */
  itemsWithoutTraining: number;
}

/** Positions of each user's pairs, in the order of the file. */
function byUser({ users }: ListedPairs): Map<string, number[]> {
  const positions = new Map<string, number[]>();
  users.forEach((user, at) => {
    const own = positions.get(user);
    if (own) own.push(at);
    else positions.set(user, [at]);
  });
  return positions;
}

const itemsOf = (pairs: ListedPairs, positions: number[] = []): Set<string> => new Set(positions.map((at) => pairs.items[at] as string));

/** Best first: by rank, else by falling value, else as they stand; equal ones as they stand. */
function inOrder({ ranks, values }: ListedPairs, positions: number[]): number[] {
  if (ranks) return positions.sort((a, b) => (ranks[a] as number) - (ranks[b] as number) || a - b);
  if (values) return positions.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
  return positions;
}

/** Rows for ids, in the order in which they come. */
function rowsOf(...columns: string[][]): Map<string, number> {
  const rows = new Map<string, number>();
  for (const column of columns) for (const id of column) if (!rows.has(id)) rows.set(id, rows.size);
  return rows;
}

/** Any fixed number: the same files give the same intervals. */
const seed = 42;

/**
 * Metrics of lists that any tool made (see `metrics.ts` and `beyond-accuracy.ts`), over every user of the test set who has a pair that is not in training. A user
 * without a list counts with zeros. Training items take no place in a list, and an item counts once. Coverage is over every item that the files name.
 */
export function scoreLists(
  { train, test, recommendations }: ScoreInput,
  ks: readonly number[],
): {
  metrics: Record<string, number>;
  errors: Record<string, number>;
  intervals: Record<string, Interval>;
  users: number;
  /** The catalogue that coverage is a share of: every item that the files name. */
  items: number;
  counts: ScoreCounts;
} {
  const rows = rowsOf(train.items, test.items, recommendations.items);
  const userRows = rowsOf(train.users, test.users);
  const trained = byUser(train);
  const listed = byUser(recommendations);
  const pairs = buildSparseMatrix(
    userRows.size,
    rows.size,
    train.users.map((user) => userRows.get(user) as number),
    train.items.map((item) => rows.get(item) as number),
  );
  const tested = byUser(test);
  const tally = createTally({ ks, itemCount: rows.size, users: tested.size, catalogue: createCatalogue(pairs) });
  const longest = Math.max(...ks);
  const trainedItems = new Set(train.items);
  const counts: ScoreCounts = {
    testRowsInTraining: 0,
    testRowsRepeated: 0,
    usersLeftOut: 0,
    usersWithoutTraining: 0,
    usersWithoutList: 0,
    itemsWithoutTraining: [...new Set(test.items)].filter((item) => !trainedItems.has(item)).length,
  };
  for (const [user, positions] of tested) {
    const had = itemsOf(train, trained.get(user));
    const relevant = new Set([...itemsOf(test, positions)].filter((item) => !had.has(item)).map((item) => rows.get(item) as number));
    const inTraining = positions.filter((at) => had.has(test.items[at] as string)).length;
    counts.testRowsInTraining += inTraining;
    counts.testRowsRepeated += positions.length - inTraining - relevant.size;
    if (relevant.size === 0) {
      counts.usersLeftOut += 1;
      continue;
    }
    if (!trained.has(user)) counts.usersWithoutTraining += 1;
    if (!listed.has(user)) counts.usersWithoutList += 1;
    const list = new Set<number>();
    for (const at of inOrder(recommendations, listed.get(user) ?? [])) {
      const item = recommendations.items[at] as string;
      if (list.size < longest && !had.has(item)) list.add(rows.get(item) as number);
    }
    tally.add(Int32Array.from(list), relevant, userRows.get(user) as number);
  }
  const result = tally.result();
  if (result.users === 0) {
    throw new EngineError(
      'bad_data',
      'No user of the test file has a pair that is not in the training file. Look whether the two files name users and items alike.',
    );
  }
  const { metrics, errors, users } = result;
  return { metrics, errors, intervals: accuracyIntervals(result, seed), users, items: rows.size, counts };
}

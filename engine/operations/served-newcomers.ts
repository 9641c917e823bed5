import type { Run } from '#contract/run';
import type { TrainingData } from '../data/training-data.ts';
import { groupByUser } from '../evaluation/held-out.ts';
import { inCodes } from '../features/feature-codes.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { type Interactions, type Matrix, type NamedArrays, rowAt, type SparseMatrix } from '../math/arrays.ts';
import { lastOfEach } from '../math/last-of-each.ts';
import type { NewItem } from '../models/model.ts';
import { findRetrievalModel } from '../models/registry.ts';
import type { ActiveUser, EmbedOutcome, EmbedTask } from '../training/tasks.ts';
import type { EngineContext } from './engine-context.ts';
import { matrixOf, type RunIds } from './run-store.ts';
import { runTrainerTask } from './trainer-process.ts';
import { rowsOf } from './training.ts';

/** Whom a bundle serves: those of the run first, in its rows, then those that came after the training and got a vector without one. */
export interface Served {
  userIds: string[];
  itemIds: string[];
  users: Matrix;
  items: Matrix;
  /** 1 for each user whose vector means something. */
  known: Uint8Array;
  newUsers: number;
  newItems: number;
  /** Users whom training knew and who have had something since that their vector follows. */
  updatedUsers: number;
}

/** Interactions of the workspace in rows of ids; what the ids do not have is left out. */
export function inRowsOf(
  ids: Pick<RunIds, 'users' | 'items'>,
  data: Pick<TrainingData, 'userIds' | 'itemIds' | 'interactions'>,
): Interactions {
  const userRow = rowsOf(ids.users);
  const itemRow = rowsOf(ids.items);
  const users = data.userIds.map((id) => userRow.get(id) ?? -1);
  const items = data.itemIds.map((id) => itemRow.get(id) ?? -1);
  const { interactions } = data;
  const known: number[] = [];
  for (let i = 0; i < interactions.users.length; i++) {
    if ((users[interactions.users[i] as number] as number) >= 0 && (items[interactions.items[i] as number] as number) >= 0) known.push(i);
  }
  return {
    users: Int32Array.from(known, (i) => users[interactions.users[i] as number] as number),
    items: Int32Array.from(known, (i) => items[interactions.items[i] as number] as number),
    weights: Float32Array.from(known, (i) => interactions.weights[i] as number),
    timestamps: Float64Array.from(known, (i) => interactions.timestamps[i] as number),
  };
}

/** Rows of `values` in groups by `keys`: those of a key, in order. */
function grouped(keys: Int32Array, values: Int32Array, groups: number): (key: number) => Int32Array {
  const { offsets, positions } = groupByUser(keys, groups);
  return (key) => Int32Array.from(positions.subarray(offsets[key], offsets[key + 1]), (at) => values[at] as number);
}

/** The rows of a matrix, then some more. */
function extended({ rows, columns, data }: Matrix, more: readonly Float32Array[]): Matrix {
  const all = new Float32Array((rows + more.length) * columns);
  all.set(data);
  more.forEach((row, at) => {
    all.set(row, (rows + at) * columns);
  });
  return { rows: rows + more.length, columns, data: all };
}

/** Finite and not zero: a vector that says something. */
const speaks = (vector: Float32Array): boolean => vector.every(Number.isFinite) && vector.some((value) => value !== 0);

/** Items of the workspace that the run does not know and something is known about, and what that is. */
function newItemsOf(run: RunIds, selected: TrainingData, trained: Uint8Array): { ids: string[]; items: NewItem[] } {
  const known = new Set(run.items);
  const ids = selected.itemIds.filter((id) => !known.has(id));
  if (ids.length === 0) return { ids, items: [] };
  const positive = inRowsOf({ users: run.users, items: ids }, selected);
  const usersOf = grouped(positive.items, positive.users, ids.length);
  const rowNow = rowsOf(selected.itemIds);
  const items = ids.map((id, at): NewItem => {
    const features = run.itemCodes ? inCodes(selected.itemFeatures, rowNow.get(id) as number, run.itemCodes) : null;
    return { userRows: Int32Array.from(new Set(usersOf(at).filter((user) => trained[user] === 1))), features };
  });
  const kept = ids.map((_, at) => at).filter((at) => (items[at]?.userRows.length ?? 0) > 0 || items[at]?.features !== null);
  return { ids: kept.map((at) => ids[at] as string), items: kept.map((at) => items[at] as NewItem) };
}

/** Trained users who have had positive items since, in the order of time. */
function activeUsers(
  itemsOf: (user: number) => Int32Array,
  { indptr, indices }: Pick<SparseMatrix, 'indptr' | 'indices'>,
  trained: Uint8Array,
): ActiveUser[] {
  return [...trained].flatMap((knows, row): ActiveUser[] => {
    if (knows !== 1) return [];
    const seen = new Set(indices.subarray(indptr[row], indptr[row + 1]));
    const now = new Set(lastOfEach(itemsOf(row)));
    // What has gone from the workspace since was had all the same, nobody knows when.
    const items = Int32Array.from([...[...seen].filter((item) => !now.has(item)), ...now]);
    const since = items.filter((item) => !seen.has(item));
    return since.length > 0 ? [{ row, history: { items, before: items.filter((item) => seen.has(item)), since } }] : [];
  });
}

/**
 * The vectors that are served. Users of the run's training set who have had something since are moved towards it. Users who had nothing in it, or came after it, are
 * folded in from what they have had since; who has nothing at all keeps the vector of their attributes where the model learns from these, and is not known otherwise.
 * Items that came after it are folded in from their attributes and their first users, where the model can do that.
 */
export async function servedVectors(
  context: EngineContext,
  source: { run: Run; ids: RunIds; arrays: NamedArrays; trained: Pick<SparseMatrix, 'indptr' | 'indices'>; selected: TrainingData },
  work: WorkContext,
): Promise<Served> {
  const { run, ids, arrays, selected } = source;
  const users = matrixOf(arrays, 'user.embedding');
  const items = matrixOf(arrays, 'item.embedding');
  const { indptr } = source.trained;
  const trained = Uint8Array.from(ids.users, (_, user) => ((indptr[user + 1] as number) > (indptr[user] as number) ? 1 : 0));
  const fresh = newItemsOf(ids, selected, trained);

  const knownUsers = new Set(ids.users);
  const everybody = [...ids.users, ...selected.userIds.filter((id) => !knownUsers.has(id))];
  const positive = inRowsOf({ users: everybody, items: ids.items }, selected);
  const itemsOf = grouped(positive.users, positive.items, everybody.length);
  const late = everybody.map((_, user) => user).filter((user) => trained[user] !== 1);
  const histories = late.map(itemsOf);
  const active = activeUsers(itemsOf, source.trained, trained);

  const newcomers = { users: histories.filter((had) => had.length > 0), items: fresh.items };
  let answer: EmbedOutcome = { users: null, items: null, active: null };
  if (newcomers.users.length + newcomers.items.length + active.length > 0) {
    const task: EmbedTask = { kind: 'embed', model: run.model, params: { ...run.params, ...run.settled }, arrays, newcomers, active };
    answer = await runTrainerTask(context.host, task, work);
  }

  const { categories, lists, numbers, texts = [], vectors = [] } = selected.userFeatures;
  const described =
    findRetrievalModel(run.model).needs.includes('attributes') &&
    [categories, lists, numbers, texts, vectors].some((kind) => kind.length > 0);
  const own = users.data.slice();
  const known = [...trained];
  const lateComers: { id: string; vector: Float32Array }[] = [];
  let next = 0;
  late.forEach((user, at) => {
    const had = histories[at] as Int32Array;
    const folded = had.length > 0 && answer.users ? rowAt(answer.users, next++) : undefined;
    const good = folded !== undefined && speaks(folded);
    if (user < ids.users.length) {
      if (good) own.set(folded, user * users.columns);
      known[user] = good || described ? 1 : 0;
    } else if (good) lateComers.push({ id: everybody[user] as string, vector: folded });
  });
  const followed = active.flatMap(({ row }, at) => (answer.active && speaks(rowAt(answer.active, at)) ? [{ row, at }] : []));
  for (const { row, at } of followed) own.set(rowAt(answer.active as Matrix, at), row * users.columns);
  const embedded = fresh.ids
    .map((id, at) => ({ id, vector: answer.items ? rowAt(answer.items, at) : new Float32Array(0) }))
    .filter(({ vector }) => speaks(vector));
  return {
    userIds: [...ids.users, ...lateComers.map(({ id }) => id)],
    itemIds: [...ids.items, ...embedded.map(({ id }) => id)],
    users: extended(
      { ...users, data: own },
      lateComers.map(({ vector }) => vector),
    ),
    items: extended(
      items,
      embedded.map(({ vector }) => vector),
    ),
    known: Uint8Array.from([...known, ...lateComers.map(() => 1)]),
    newUsers: lateComers.length,
    newItems: embedded.length,
    updatedUsers: followed.length,
  };
}

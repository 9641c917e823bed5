import { EngineError } from '#contract/errors';
import type { Recommendation, Run, Selection } from '#contract/run';
import { readPositiveItems } from '../data/training-data.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { type NamedArrays, rowAt, type SparseMatrix } from '../math/arrays.ts';
import { lastOfEach } from '../math/last-of-each.ts';
import { selectTopK } from '../math/top-k.ts';
import { parseParams } from '../models/parameters.ts';
import { findRetrievalModel } from '../models/registry.ts';
import type { RecommendTask } from '../training/tasks.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { matrixOf, type RunIds, readRun, readRunArrays, readRunIds, readTrainingItems } from './run-store.ts';
import { runTrainerTask } from './trainer-process.ts';

/** Lists for many people: `items[i * k + j]` is the row of person i's item of rank j + 1, or -1. */
export interface Lists {
  items: Int32Array;
  scores: Float32Array;
}

/** A user of the training by row, or -1: somebody unknown, who has these items, oldest first. What they have is left out of the list. */
export interface Person {
  row: number;
  items: Int32Array;
}

/** What lists are made of. Kept for the run that was asked last: the Playground asks for one user after the other. */
export interface RunParts {
  ids: RunIds;
  arrays: NamedArrays;
  trained: Pick<SparseMatrix, 'indptr' | 'indices'>;
}

const lastParts = new WeakMap<EngineContext, { run: string; parts: Promise<RunParts> }>();

export function partsOf(context: EngineContext, run: string): Promise<RunParts> {
  const last = lastParts.get(context);
  if (last?.run === run) return last.parts;
  const { workspace } = requireSession(context);
  const parts = Promise.all([
    readRunIds(workspace.path, run),
    readRunArrays(workspace.path, run),
    readTrainingItems(workspace.path, run),
  ]).then(([ids, arrays, trained]) => ({ ids, arrays, trained }));
  lastParts.set(context, { run, parts });
  parts.catch(() => lastParts.delete(context));
  return parts;
}

/** Lets go of what is kept of a run that was changed. */
export const forgetRunParts = (context: EngineContext): boolean => lastParts.delete(context);

/** A run that makes lists of its own. */
export async function readRetrievalRun(context: EngineContext, id: string): Promise<Run> {
  const run = await readRun(requireSession(context).workspace.path, id);
  if (run.role === 'retrieval') return run;
  throw new EngineError(
    'invalid_input',
    `Run ${run.id} is a ranking model: it orders candidates and makes no lists of its own. Name a retrieval run.`,
  );
}

/** A user as training knew them. */
export function trainedPerson({ trained }: RunParts, row: number): Person {
  return { row, items: trained.indices.slice(trained.indptr[row], trained.indptr[row + 1]) };
}

/**
 * A user of the workspace: as training knew them, or, where it did not, by what they have had since. Null where nothing of theirs means anything to the run: of
 * users without items most models have only noise.
 */
export async function personOf(
  context: EngineContext,
  run: { model: string; selection: Selection },
  parts: RunParts,
  userId: string,
): Promise<Person | null> {
  const row = parts.ids.users.indexOf(userId);
  const known = row >= 0 ? trainedPerson(parts, row) : null;
  if (known && known.items.length > 0) return known;
  const since = await readPositiveItems(requireSession(context).database, run.selection, userId);
  const rowOf = new Map(parts.ids.items.map((id, at) => [id, at]));
  const items = Int32Array.from(since.flatMap((id) => rowOf.get(id) ?? []));
  if (items.length > 0) return { row: -1, items };
  const model = findRetrievalModel(run.model);
  if (!model.answersWithoutItems) return null;
  // Who is not even in the training has no attributes there: only a model that asks for none answers.
  return known ?? (model.needs.includes('attributes') ? null : { row: -1, items });
}

/** Which items a run does not know, in a sentence. */
export function unknownText(run: Pick<Run, 'id'>, unknown: readonly string[]): string {
  const named = unknown.slice(0, 10).map((id) => `"${id}"`);
  const more = unknown.length > 10 ? ` and ${unknown.length - 10} more` : '';
  return `Run ${run.id} does not know the item${unknown.length > 1 ? 's' : ''} ${named.join(', ')}${more}.`;
}

/** Somebody unknown who has these items, and which of them the run does not know. Throws `not_found` where it knows none. */
export function strangerWith(run: Pick<Run, 'id'>, { ids }: RunParts, itemIds: readonly string[]): { person: Person; unknown: string[] } {
  const rowOf = new Map(ids.items.map((id, at) => [id, at]));
  const different = lastOfEach(itemIds);
  const unknown = different.filter((id) => !rowOf.has(id));
  if (unknown.length === different.length) throw new EngineError('not_found', unknownText(run, unknown), { items: unknown });
  return { person: { row: -1, items: Int32Array.from(different.flatMap((id) => rowOf.get(id) ?? [])) }, unknown };
}

/** The vector that stands for a person, where the model makes one without TensorFlow. */
function vectorOf(run: Run, { arrays }: RunParts, { row, items }: Person): Float32Array | null {
  if (!('user.embedding' in arrays && 'item.embedding' in arrays)) return null;
  const users = matrixOf(arrays, 'user.embedding');
  if (row >= 0) return rowAt(users, row);
  const model = findRetrievalModel(run.model);
  return model.foldIn ? model.foldIn(arrays, parseParams(model, run.params))(items) : null;
}

/** One person's list by dot products, here and now: it is not worth a process of its own. */
function listByVector({ arrays }: RunParts, vector: Float32Array, had: Int32Array, k: number): Lists {
  const items = matrixOf(arrays, 'item.embedding');
  const scores = new Float32Array(items.rows);
  for (let row = 0; row < items.rows; row++) {
    let sum = 0;
    for (let d = 0; d < items.columns; d++) sum += (vector[d] as number) * (items.data[row * items.columns + d] as number);
    scores[row] = sum;
  }
  for (const item of had) scores[item] = Number.NEGATIVE_INFINITY;
  const lists = { items: new Int32Array(k).fill(-1), scores: new Float32Array(k) };
  selectTopK(scores, 0, scores.length, k, lists.items, lists.scores, 0);
  return lists;
}

/** Lists of many people, in a trainer process. Throws `unsupported` for somebody unknown where the model cannot answer them. */
export function listsFor(
  context: EngineContext,
  run: Run,
  { arrays }: RunParts,
  people: readonly Person[],
  k: number,
  work: WorkContext,
): Promise<Lists> {
  const offsets = new Int32Array(people.length + 1);
  people.forEach((person, i) => {
    offsets[i + 1] = (offsets[i] as number) + person.items.length;
  });
  const items = new Int32Array(offsets[people.length] as number);
  people.forEach((person, i) => {
    items.set(person.items, offsets[i]);
  });
  const { model, params } = run;
  const users = Int32Array.from(people, ({ row }) => row);
  const task: RecommendTask = { kind: 'recommend', model, params, arrays, users, k, seen: { offsets, items } };
  return runTrainerTask(context.host, task, work);
}

/** One person's list, by vectors where that is enough. */
export async function listFor(
  context: EngineContext,
  run: Run,
  parts: RunParts,
  person: Person,
  k: number,
  work: WorkContext,
): Promise<Recommendation[]> {
  const vector = vectorOf(run, parts, person);
  const lists = vector ? listByVector(parts, vector, person.items, k) : await listsFor(context, run, parts, [person], k, work);
  return listOf(lists, 0, k, parts.ids);
}

export function listOf(lists: Lists, index: number, k: number, ids: RunIds): Recommendation[] {
  const list: Recommendation[] = [];
  for (let j = 0; j < k; j++) {
    const row = lists.items[index * k + j] as number;
    if (row < 0) break;
    list.push({ itemId: ids.items[row] as string, score: lists.scores[index * k + j] as number, rank: j + 1 });
  }
  return list;
}

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import type { Recommendation, Run, UserView } from '#contract/run';
import { readAttributes, readHistory } from '../data/entities.ts';
import { quietWork, type WorkContext } from '../jobs/work-context.ts';
import type { NamedArrays, SparseMatrix } from '../math/arrays.ts';
import { selectTopK } from '../math/top-k.ts';
import type { RecommendTask } from '../training/tasks.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { matrixOf, type RunIds, readRun, readRunArrays, readRunIds, readTrainingItems } from './run-store.ts';
import { runTrainerTask } from './trainer-process.ts';

/** Lists for many users: `items[i * k + j]` is the row of user i's item of rank j + 1, or -1. */
interface Lists {
  items: Int32Array;
  scores: Float32Array;
}

/** What lists are made of. Kept for the run that was asked last: the Playground asks for one user after the other. */
interface RunParts {
  ids: RunIds;
  arrays: NamedArrays;
  trained: Pick<SparseMatrix, 'indptr' | 'indices'>;
}

const lastParts = new WeakMap<EngineContext, { run: string; parts: Promise<RunParts> }>();

function partsOf(context: EngineContext, run: string): Promise<RunParts> {
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

/** One user's list by dot products, here and now: it is not worth a process of its own. */
function listByVectors({ arrays, trained }: RunParts, user: number, k: number): Lists {
  const users = matrixOf(arrays, 'user.embedding');
  const items = matrixOf(arrays, 'item.embedding');
  const query = users.data.subarray(user * users.columns, (user + 1) * users.columns);
  const scores = new Float32Array(items.rows);
  for (let row = 0; row < items.rows; row++) {
    let sum = 0;
    for (let d = 0; d < items.columns; d++) sum += (query[d] as number) * (items.data[row * items.columns + d] as number);
    scores[row] = sum;
  }
  for (const item of trained.indices.subarray(trained.indptr[user], trained.indptr[user + 1])) scores[item] = Number.NEGATIVE_INFINITY;
  const lists = { items: new Int32Array(k).fill(-1), scores: new Float32Array(k) };
  selectTopK(scores, 0, scores.length, k, lists.items, lists.scores, 0);
  return lists;
}

/** Lists of many users, in a trainer process. */
function listsFor(
  context: EngineContext,
  run: Run,
  { arrays, trained }: RunParts,
  users: number[],
  k: number,
  work: WorkContext,
): Promise<Lists> {
  const offsets = new Int32Array(users.length + 1);
  const items: number[] = [];
  users.forEach((user, i) => {
    for (const item of trained.indices.subarray(trained.indptr[user], trained.indptr[user + 1])) items.push(item);
    offsets[i + 1] = items.length;
  });
  const task: RecommendTask = {
    kind: 'recommend',
    model: run.model,
    params: run.params,
    arrays,
    users: Int32Array.from(users),
    k,
    seen: { offsets, items: Int32Array.from(items) },
  };
  return runTrainerTask(context.host, task, work);
}

function listOf(lists: Lists, index: number, k: number, ids: RunIds): Recommendation[] {
  const list: Recommendation[] = [];
  for (let j = 0; j < k; j++) {
    const row = lists.items[index * k + j] as number;
    if (row < 0) break;
    list.push({ itemId: ids.items[row] as string, score: lists.scores[index * k + j] as number, rank: j + 1 });
  }
  return list;
}

const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Writes user_id,item_id,rank,score through a temporary file beside it. */
async function writeLists(file: string, users: string[], lists: Lists, k: number, ids: RunIds, work: WorkContext): Promise<number> {
  const temporary = `${file}.${process.pid}.tmp`;
  const stream = createWriteStream(temporary);
  let rows = 0;
  try {
    stream.write('user_id,item_id,rank,score\n');
    for (let i = 0; i < users.length; i++) {
      const user = csvField(users[i] as string);
      let lines = '';
      for (const { itemId, rank, score } of listOf(lists, i, k, ids)) {
        lines += `${user},${csvField(itemId)},${rank},${score}\n`;
        rows += 1;
      }
      if (!stream.write(lines)) await once(stream, 'drain');
      if (i % 1000 === 0) await work.checkpoint({ phase: 'Writing lists', done: i, total: users.length, unit: 'users' });
    }
    stream.end();
    await once(stream, 'finish');
    await rename(temporary, file);
  } catch (error) {
    stream.destroy();
    await rm(temporary, { force: true });
    const code = (error as NodeJS.ErrnoException).code;
    if (typeof code === 'string' && code.startsWith('E')) {
      throw new EngineError(
        'unreadable_file',
        `${file} cannot be written (${code}). Choose another file for the lists.`,
        { file },
        { cause: error },
      );
    }
    throw error;
  }
  return rows;
}

interface RecommendInput {
  run: string;
  user?: string | undefined;
  k: number;
  out?: string | undefined;
}

/** Top k of a retrieval run for one user, or for all of them into a file. */
export async function recommend(context: EngineContext, input: RecommendInput, work: WorkContext): Promise<unknown> {
  const { workspace } = requireSession(context);
  const run = await readRun(workspace.path, input.run);
  if (run.role !== 'retrieval')
    throw new EngineError(
      'invalid_input',
      `Run ${run.id} is a ranking model: it orders candidates and makes no lists of its own. Name a retrieval run.`,
    );
  const parts = await partsOf(context, run.id);
  const { ids, trained } = parts;
  const out = input.out === undefined ? undefined : path.resolve(input.out);
  const all = input.user === undefined;
  if (all && !out) throw new EngineError('invalid_input', 'Lists for all users go to a file: name it with --out FILE.csv.');
  const row = all ? -1 : ids.users.indexOf(input.user as string);
  if (!all && row < 0) throw new EngineError('not_found', `Run ${run.id} does not know the user "${input.user}".`);
  const hadSomething = (user: number): boolean => (trained.indptr[user + 1] as number) > (trained.indptr[user] as number);
  // Users who had nothing in training have no list of their own.
  const rows = all ? ids.users.map((_, user) => user).filter(hadSomething) : [row];
  const k = Math.min(input.k, ids.items.length);
  const lists = await listsFor(context, run, parts, rows, k, work);
  const users = rows.map((user) => ids.users[user] as string);
  if (out) return { run: run.id, users: users.length, k, out, rows: await writeLists(out, users, lists, k, ids, work) };
  return { run: run.id, user: input.user, recommendations: listOf(lists, 0, k, ids) };
}

const historyShown = 200;

/** What the Playground shows: a user's history, and the run's recommendations with the items' attributes. */
export async function viewUser(context: EngineContext, input: { run: string; user: string; k: number }): Promise<UserView> {
  const { database, workspace } = requireSession(context);
  const run = await readRun(workspace.path, input.run);
  const parts = await partsOf(context, run.id);
  const history = await readHistory(database, input.user, historyShown);
  const row = parts.ids.users.indexOf(input.user);
  const k = Math.min(input.k, parts.ids.items.length);
  let recommendations: Recommendation[] = [];
  if (row >= 0) {
    const lists =
      'user.embedding' in parts.arrays ? listByVectors(parts, row, k) : await listsFor(context, run, parts, [row], k, quietWork);
    recommendations = listOf(lists, 0, k, parts.ids);
  }
  const shown = [...new Set([...history.map((entry) => entry.itemId), ...recommendations.map((entry) => entry.itemId)])];
  const attributes = await readAttributes(database, 'items', shown);
  const had = new Set(history.map((entry) => entry.itemId));
  const card = (itemId: string) => ({ itemId, attributes: attributes.get(itemId) ?? {} });
  return {
    userId: input.user,
    attributes: (await readAttributes(database, 'users', [input.user])).get(input.user) ?? {},
    history: history.map(({ itemId, eventType, value, timestamp }) => ({ item: card(itemId), eventType, value, timestamp })),
    // Training items are left out of the lists, so what is in the history all the same came later.
    recommendations: recommendations.map(({ itemId, score, rank }) => ({ item: card(itemId), score, rank, later: had.has(itemId) })),
    source: row >= 0 ? run.label : 'The run does not know this user.',
  };
}

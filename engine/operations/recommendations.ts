import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import type { WorkContext } from '../jobs/work-context.ts';
import type { EngineContext } from './engine-context.ts';
import {
  type Lists,
  listFor,
  listOf,
  listsFor,
  partsOf,
  personOf,
  readRetrievalRun,
  strangerWith,
  trainedPerson,
  unknownText,
} from './run-lists.ts';
import type { RunIds } from './run-store.ts';

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
  items?: string[] | undefined;
  k: number;
  out?: string | undefined;
}

/** Top k of a retrieval run for one user, for somebody unknown who has some items, or for all users into a file. */
export async function recommend(context: EngineContext, input: RecommendInput, work: WorkContext): Promise<unknown> {
  const run = await readRetrievalRun(context, input.run);
  const parts = await partsOf(context, run.id);
  const { ids } = parts;
  const k = Math.min(input.k, ids.items.length);
  const out = input.out === undefined ? undefined : path.resolve(input.out);
  if (input.items !== undefined) {
    if (input.user !== undefined || out) {
      throw new EngineError(
        'invalid_input',
        'A list by items is for somebody unknown and goes to no file: leave out the user and the file.',
      );
    }
    const { person, unknown } = strangerWith(run, parts, input.items);
    if (unknown.length > 0) work.log(`${unknownText(run, unknown)} The list is made of the others.`, 'warning');
    return { run: run.id, items: input.items, unknown, recommendations: await listFor(context, run, parts, person, k, work) };
  }
  if (input.user !== undefined) {
    const person = await personOf(context, run, parts, input.user);
    if (!person) {
      throw new EngineError(
        'not_found',
        `Run ${run.id} has nothing to go by for the user "${input.user}": training saw no positive interaction of theirs, and the workspace has none with an item that the run knows. Name items that they like instead, with --items.`,
        { user: input.user },
      );
    }
    const lists = await listsFor(context, run, parts, [person], k, work);
    if (out) return { run: run.id, users: 1, k, out, rows: await writeLists(out, [input.user], lists, k, ids, work) };
    const foldedIn = person.row < 0;
    return { run: run.id, user: input.user, foldedIn, recommendations: listOf(lists, 0, k, ids) };
  }
  if (!out) throw new EngineError('invalid_input', 'Lists for all users go to a file: name it with --out FILE.csv.');
  // Users who had nothing in training have no list of their own.
  const people = ids.users.map((_, row) => trainedPerson(parts, row)).filter(({ items }) => items.length > 0);
  const lists = await listsFor(context, run, parts, people, k, work);
  const users = people.map(({ row }) => ids.users[row] as string);
  return { run: run.id, users: users.length, k, out, rows: await writeLists(out, users, lists, k, ids, work) };
}

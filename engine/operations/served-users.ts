import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { UserExport } from '#contract/api/user-routes';
import { EngineError } from '#contract/errors';
import type { Job } from '#contract/job';
import type { HandlersOf } from '#contract/operations';
import type { Erased } from '#contract/user';
import { bundleRowOf } from '../bundles/erase-user.ts';
import { eraseFromDataset } from '../data/erase-from-dataset.ts';
import { deleteUserRows, readUserRows } from '../data/user-rows.ts';
import { blankUserLines } from '../files/user-lines.ts';
import { quietWork, type WorkContext } from '../jobs/work-context.ts';
import { layout } from '../workspace/layout.ts';
import { listBundles } from './bundles.ts';
import { ingestEvents } from './data.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { eraseFromBundles } from './erase-from-bundles.ts';
import { eraseFromCaches, forgetConnections } from './erase-from-caches.ts';
import { eraseFromRuns } from './erase-from-runs.ts';
import { closeErasure, type Erasure, noteErasure, pendingErasures, shortHash } from './erasures.ts';

const kind = 'erase';
/** Who asks for an erasure is answered when the rows are gone, or after so long where something else holds the tables. */
const rowsWaitMs = 10_000;

/** All that the workspace holds of one user; what the server received a moment ago is read first. Throws `not_found`. */
export async function exportUser(context: EngineContext, user: string): Promise<UserExport> {
  const { database } = requireSession(context);
  await ingestEvents(context);
  const rows = await readUserRows(database, user);
  const bundles: UserExport['bundles'] = [];
  for (const { path: folder, active, manifest } of await listBundles(context)) {
    const row = await bundleRowOf(folder, user).catch(() => -1);
    bundles.push({ version: manifest.version, active, embedding: row >= 0 });
  }
  if (!rows && !bundles.some(({ embedding }) => embedding))
    throw new EngineError(
      'not_found',
      'There is no user of this id: the workspace has no interaction, no attribute and no vector of theirs.',
    );
  const { interactions, attributes } = rows ?? { interactions: [], attributes: {} };
  return { user_id: user, exported_at: new Date().toISOString(), interactions, attributes, bundles };
}

/** Has the server forget a user; where none runs, blanks their lines in its log. Returns how many lines there were. */
async function forget(context: EngineContext, userId: string): Promise<number> {
  const byServer = await context.server.forget(userId);
  if (byServer !== null) return byServer;
  const folder = layout.events(requireSession(context).workspace.path);
  const logs = (await readdir(folder).catch(() => [])).filter((name) => /^\d+\.log$/.test(name));
  let lines = 0;
  for (const name of logs) lines += (await blankUserLines(path.join(folder, name), userId)).lines;
  return lines;
}

type Counts = Pick<Erased, 'rows' | 'lines'>;

/**
 * Erases what was stored of a user until now. While the log is blanked nothing of it is read into the tables, so that each event is gone in both or, when it came
 * later, is in both.
 */
async function eraseStored(context: EngineContext, userId: string): Promise<Counts> {
  const { database } = requireSession(context);
  const stored = await database.write(async (session) => {
    const lines = await forget(context, userId);
    return { lines, rows: await deleteUserRows(session, userId) };
  });
  context.emit({ type: 'data.changed' });
  return stored;
}

/** Erases a user from all files, when the rows are gone; each step may be done again. The note goes last. */
async function finish(context: EngineContext, erasure: Erasure, stored: Counts, work: WorkContext): Promise<Erased> {
  const { workspace, database } = requireSession(context);
  const { userId } = erasure;
  const standIn = `erased-${randomBytes(8).toString('hex')}`;
  // Imports that waited in the queue before this.
  const rows = stored.rows + (await database.write((session) => deleteUserRows(session, userId, 'imported')));
  const runs = await eraseFromRuns(workspace.path, userId, standIn, work);
  const session = await database.session();
  let [bundles, datasets] = [0, 0];
  try {
    bundles = await eraseFromBundles(context, session, userId, standIn, work);
    await work.checkpoint({ phase: 'Erasing from datasets' });
    const folder = layout.datasets(workspace.path);
    const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'));
    for (const name of names) if (await eraseFromDataset(session, folder, name, userId)) datasets += 1;
  } finally {
    database.leave(session);
  }
  await eraseFromCaches(context, userId);
  await work.checkpoint({ phase: 'Writing the database anew' });
  await database.compact();
  // Whoever looked at the data meanwhile did so through a connection that is closed now.
  await forgetConnections(context);
  await closeErasure(erasure);
  const pending = await pendingErasures(workspace.path);
  if (!pending.some((other) => other.userId === userId)) context.server.forgotten(userId);
  context.emit({ type: 'workspace.changed' });
  return { ...stored, rows, runs, bundles, datasets };
}

/**
 * Erases a user. When this returns the server answers them as a stranger, and their rows are gone or about to be; a job then writes all files anew that know
 * them. It is finished at the next opening of the workspace where the engine dies on the way.
 */
export async function startErasing(context: EngineContext, userId: string): Promise<Job> {
  const { workspace } = requireSession(context);
  if (context.server.status().state === 'starting')
    throw new EngineError('conflict', 'The server is starting. Erase the user when it runs: then it forgets them at once.');
  const erasure = await noteErasure(workspace.path, userId);
  // At once, whatever holds the tables.
  const before = await forget(context, userId).catch(async (error: unknown) => {
    await closeErasure(erasure);
    throw error;
  });
  const storing = eraseStored(context, userId);
  const job = context.jobs.start(kind, `Erase a user (${shortHash(userId)})`, async (work) => {
    // Where the server died meanwhile, once more without it.
    const { rows, lines } = await storing.catch(() => eraseStored(context, userId));
    return finish(context, erasure, { rows, lines: before + lines }, work);
  });
  const waited = new Promise((resolve) => setTimeout(resolve, rowsWaitMs).unref());
  await Promise.race([storing.catch(() => undefined), waited]);
  return job;
}

/** Goes on with erasures that the engine did not finish. Call it when a workspace is opened, before its event log is read. */
export async function finishErasures(context: EngineContext): Promise<void> {
  for (const erasure of await pendingErasures(requireSession(context).workspace.path)) {
    const work = async (by: WorkContext): Promise<Erased> => finish(context, erasure, await eraseStored(context, erasure.userId), by);
    try {
      await work(quietWork);
    } catch {
      // The workspace opens all the same; the job tells what is in the way, and the server knows whom it has to treat as a stranger.
      context.jobs.start(kind, `Erase a user (${shortHash(erasure.userId)})`, work);
    }
  }
}

/** Users whose erasure is under way, for a server that is about to start. */
export async function usersUnderErasure(context: EngineContext): Promise<string[]> {
  return (await pendingErasures(requireSession(context).workspace.path)).map(({ userId }) => userId);
}

export function userHandlers(context: EngineContext): HandlersOf<'user'> {
  return {
    'user.export': ({ user }) => exportUser(context, user),
    'user.erase': ({ user }) => startErasing(context, user),
  };
}

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import { bundleRowOf, writeBundleWithoutUser } from '../bundles/erase-user.ts';
import { bundleFiles } from '../bundles/layout.ts';
import type { Session as SqlSession } from '../data/session.ts';
import { writeWithoutUser } from '../data/user-parquet.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { layout } from '../workspace/layout.ts';
import { type EngineContext, requireSession } from './engine-context.ts';

/** The bundle that one becomes when somebody is erased: `…-e1`, then `…-e2`. */
function nextId(id: string): string {
  const [, base = id, number = '0'] = /^(.*?)(?:-e(\d+))?$/.exec(id) ?? [];
  return `${base}-e${Number(number) + 1}`;
}

/** Serves the new bundle wherever the old one was served, or is the active one. */
async function replace(context: EngineContext, old: string, now: string | null): Promise<void> {
  const { workspace } = requireSession(context);
  const { state, bundle } = context.server.status();
  if (now !== null && state === 'running' && bundle === old) await context.server.swap(layout.bundle(workspace.path, now), now);
  const { activeBundle, madeBundles } = workspace.manifest;
  await workspace.update({
    activeBundle: activeBundle === old ? now : activeBundle,
    madeBundles: madeBundles.flatMap((id) => (id !== old ? [id] : now === null ? [] : [now])),
  });
  await context.state.update((all) =>
    all.serving?.bundle === old ? { ...all, serving: now === null ? null : { ...all.serving, bundle: now } } : all,
  );
  await rm(layout.bundle(workspace.path, old), { recursive: true, force: true });
}

async function rewrite(context: EngineContext, session: SqlSession, id: string, userId: string, standIn: string): Promise<string> {
  const { workspace } = requireSession(context);
  const from = layout.bundle(workspace.path, id);
  let now = nextId(id);
  // One that is there was written whole before the process died; it is the one, unless it knows the user.
  while (existsSync(layout.bundle(workspace.path, now))) {
    if ((await bundleRowOf(layout.bundle(workspace.path, now), userId)) < 0) return now;
    now = nextId(now);
  }
  const tables = await mkdtemp(path.join(tmpdir(), 'recsmith-tables-'));
  try {
    const file = path.join(from, bundleFiles.users);
    const users = path.join(tables, bundleFiles.users);
    if (existsSync(file)) await writeWithoutUser(session, { file, to: users }, userId);
    await writeBundleWithoutUser({
      from,
      to: layout.bundle(workspace.path, now),
      version: now.replace(/^bundle-/, ''),
      userId,
      standIn,
      ...(existsSync(users) ? { users } : {}),
    });
  } finally {
    await rm(tables, { recursive: true, force: true });
  }
  return now;
}

/** Writes every bundle that knows a user anew without them, and serves the new one in place of the old, which goes. Returns how many there were. */
export async function eraseFromBundles(
  context: EngineContext,
  session: SqlSession,
  userId: string,
  standIn: string,
  work: WorkContext,
): Promise<number> {
  const { workspace } = requireSession(context);
  const names = (await readdir(layout.bundles(workspace.path)).catch(() => [])).filter((name) => !name.startsWith('.')).sort();
  let count = 0;
  for (const id of names) {
    await work.checkpoint({ phase: 'Erasing from bundles', done: count, total: names.length });
    const row = await bundleRowOf(layout.bundle(workspace.path, id), userId).catch(() => null);
    if (row !== null && row < 0) continue;
    const now = await rewrite(context, session, id, userId, standIn).catch((error: unknown) => {
      if (!(error instanceof EngineError && error.code === 'bundle_refused')) throw error;
      work.log(`The bundle ${id} cannot be read, so that nobody can be taken out of it; it is removed. ${error.message}`, 'warning');
      return null;
    });
    await replace(context, id, now);
    count += 1;
  }
  return count;
}

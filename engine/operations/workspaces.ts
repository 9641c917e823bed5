import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import type { HandlersOf } from '#contract/operations';
import type { WorkspaceSummary } from '#contract/workspace';
import { openDatabase } from '../data/database.ts';
import { countEntities } from '../data/entities.ts';
import { removeLeftovers } from '../data/leftovers.ts';
import { memorySetting } from '../data/memory-setting.ts';
import { layout } from '../workspace/layout.ts';
import { createWorkspace, isWorkspace, openWorkspace, type Workspace } from '../workspace/workspace.ts';
import { tidyCheckpoints } from './checkpoint-store.ts';
import { ingestEvents } from './data.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { endExplorer } from './explore.ts';
import { endLive } from './live.ts';
import { startSampleImport } from './sample.ts';
import { finishErasures } from './served-users.ts';
import { endConsole } from './sql.ts';

const recentKept = 20;

async function countFolders(parent: string): Promise<number> {
  return (await readdir(parent).catch(() => [])).filter((name) => !name.startsWith('.')).length;
}

async function summarise(context: EngineContext): Promise<WorkspaceSummary> {
  const { workspace, database } = requireSession(context);
  const counts = await countEntities(database);
  return {
    path: workspace.path,
    name: workspace.manifest.name,
    createdAt: workspace.manifest.createdAt,
    ...counts,
    runs: await countFolders(layout.runs(workspace.path)),
    bundles: await countFolders(layout.bundles(workspace.path)),
    activeBundle: workspace.manifest.activeBundle,
  };
}

/** Nothing of one workspace may run on in another. */
async function assertIdle(context: EngineContext): Promise<void> {
  const busy = context.jobs.list().find((job) => job.status === 'running' || job.status === 'queued');
  if (busy) throw new EngineError('conflict', `"${busy.title}" is still running. Wait for it, or cancel it, before you change workspaces.`);
}

async function enter(context: EngineContext, workspace: Workspace): Promise<WorkspaceSummary> {
  try {
    await removeLeftovers(layout.database(workspace.path));
    const database = await openDatabase(layout.database(workspace.path), memorySetting());
    context.session = { workspace, database };
    await finishErasures(context);
    // What a server received just before the workspace was last closed, or the engine died.
    await ingestEvents(context);
    await tidyCheckpoints(workspace.path);
  } catch (error) {
    await workspace.close();
    throw error;
  }
  const { path: folder, manifest } = workspace;
  await context.state.update((state) => ({
    ...state,
    open: folder,
    recent: [
      { path: folder, name: manifest.name, openedAt: new Date().toISOString() },
      ...state.recent.filter((entry) => entry.path !== folder),
    ].slice(0, recentKept),
  }));
  context.emit({ type: 'workspace.changed' });
  return summarise(context);
}

/** Closes the open workspace and stops its server. */
export async function leaveWorkspace(context: EngineContext): Promise<void> {
  await context.server.stop();
  const session = context.session;
  if (!session) return;
  // What the server acknowledged last; should it fail, the log still has it for the next opening.
  await ingestEvents(context).catch(() => undefined);
  context.session = null;
  await endLive(session);
  await endConsole(session);
  await endExplorer(session);
  await session.database.close();
  await session.workspace.close();
}

/** Opens a workspace instead of the one that is open. */
export async function switchTo(context: EngineContext, open: () => Promise<Workspace>): Promise<WorkspaceSummary> {
  await assertIdle(context);
  await leaveWorkspace(context);
  return enter(context, await open());
}

export function workspaceHandlers(context: EngineContext): HandlersOf<'workspace'> {
  const { holder } = context;
  const open = async (folder: string): Promise<WorkspaceSummary> => {
    if (context.session?.workspace.path === path.resolve(folder)) return summarise(context);
    return switchTo(context, () => openWorkspace(folder, holder));
  };
  return {
    'workspace.create': (input) => switchTo(context, () => createWorkspace(input.path, input.name, holder)),
    'workspace.open': (input) => open(input.path),
    'workspace.openSample': async () => {
      const folder = path.join(context.stateFolder, 'sample-workspace');
      return (await isWorkspace(folder)) ? open(folder) : switchTo(context, () => createWorkspace(folder, 'Sample', holder));
    },
    'workspace.importSample': async () => startSampleImport(context),
    'workspace.close': async () => {
      await assertIdle(context);
      await leaveWorkspace(context);
      await context.state.update((state) => ({ ...state, open: null, serving: null }));
      context.emit({ type: 'workspace.changed' });
      return null;
    },
    'workspace.current': async () => (context.session ? summarise(context) : null),
    'workspace.recent': async () =>
      (await context.state.read()).recent.map((entry) => ({ ...entry, exists: existsSync(layout.manifest(entry.path)) })),
  };
}

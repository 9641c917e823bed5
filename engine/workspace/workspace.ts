import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { EngineError } from '#contract/errors';
import { writeAtomic } from '../files/atomic.ts';
import type { Lock } from '../files/lock.ts';
import { layout } from './layout.ts';
import { lockWorkspace } from './lock.ts';

const Manifest = z.object({
  format: z.literal('recsmith-workspace'),
  formatVersion: z.number().int(),
  name: z.string(),
  createdAt: z.string(),
  activeBundle: z.string().nullable().default(null),
  /** Bundles that builds and reindexing made by themselves: they are removed by the same when they are old. */
  madeBundles: z.array(z.string().regex(/^bundle-[a-z0-9-]{1,57}$/)).default([]),
});
export type WorkspaceManifest = z.infer<typeof Manifest>;

/** Raised with each change of the layout on disk; older ones are migrated at open, newer ones are refused. */
const formatVersion = 1;

/** An open workspace: its lock is held until it is closed. */
export interface Workspace {
  path: string;
  manifest: WorkspaceManifest;
  /** Changes the manifest on disk and here. */
  update(change: Partial<Pick<WorkspaceManifest, 'name' | 'activeBundle' | 'madeBundles'>>): Promise<void>;
  close(): Promise<void>;
}

async function readManifest(folder: string): Promise<WorkspaceManifest | null> {
  let text: string;
  try {
    text = await readFile(layout.manifest(folder), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new EngineError('unreadable_file', `${layout.manifest(folder)} cannot be read (${code}). Check its permissions.`, undefined, {
      cause: error,
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  const parsed = Manifest.safeParse(json);
  if (!parsed.success) {
    throw new EngineError('workspace_damaged', `${layout.manifest(folder)} is damaged. Restore it from a backup of the workspace.`);
  }
  if (parsed.data.formatVersion > formatVersion) {
    throw new EngineError(
      'unsupported',
      `${folder} was made by a newer Recsmith (format ${parsed.data.formatVersion}; this one reads up to ${formatVersion}). Open it with that version.`,
    );
  }
  return parsed.data;
}

/** Half-made folders of an earlier process: they have no manifest and never took their name. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const parent of [layout.runs(folder), layout.vectorIndexes(folder), layout.bundles(folder)]) {
    for (const name of await readdir(parent).catch(() => [])) {
      if (name.startsWith('.') && name.endsWith('.tmp')) await rm(path.join(parent, name), { recursive: true, force: true });
    }
  }
}

function opened(folder: string, manifest: WorkspaceManifest, lock: Lock): Workspace {
  const workspace: Workspace = {
    path: folder,
    manifest,
    async update(change) {
      workspace.manifest = { ...workspace.manifest, ...change };
      await writeAtomic(layout.manifest(folder), `${JSON.stringify(workspace.manifest, null, 2)}\n`);
    },
    close: () => lock.release(),
  };
  return workspace;
}

/** Whether a folder holds a workspace. */
export async function isWorkspace(folder: string): Promise<boolean> {
  return (await readManifest(folder)) !== null;
}

/**
 * Makes a workspace in a new or empty folder and opens it. Throws `conflict` where the folder holds something else or a workspace already.
 * @param holder what the opener calls itself, for those who find it locked
 */
export async function createWorkspace(folder: string, name: string | undefined, holder: string): Promise<Workspace> {
  const full = path.resolve(folder);
  if (await readManifest(full)) throw new EngineError('conflict', `${full} is a workspace already. Open it, or choose another folder.`);
  try {
    await mkdir(full, { recursive: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new EngineError('unreadable_file', `${full} cannot be made (${code}). Choose a folder that you may write to.`, undefined, {
      cause: error,
    });
  }
  const entries = (await readdir(full)).filter((entry) => entry !== 'engine.lock');
  if (entries.length > 0) {
    throw new EngineError('conflict', `${full} is not empty (${entries.length} entries). Choose a new or an empty folder.`);
  }
  const lock = await lockWorkspace(layout.lock(full), holder);
  const manifest: WorkspaceManifest = {
    format: 'recsmith-workspace',
    formatVersion,
    name: name ?? path.basename(full),
    createdAt: new Date().toISOString(),
    activeBundle: null,
    madeBundles: [],
  };
  for (const sub of [layout.runs(full), layout.vectorIndexes(full), layout.bundles(full), layout.events(full)])
    await mkdir(sub, { recursive: true });
  await writeAtomic(layout.manifest(full), `${JSON.stringify(manifest, null, 2)}\n`);
  return opened(full, manifest, lock);
}

/** Opens a workspace. Throws `not_found` where there is none, `workspace_locked` where somebody has it. */
export async function openWorkspace(folder: string, holder: string): Promise<Workspace> {
  const full = path.resolve(folder);
  const manifest = await readManifest(full);
  if (!manifest) {
    throw new EngineError(
      'not_found',
      `${full} is not a workspace. Make one there with "recsmith init ${folder}", or open another folder.`,
    );
  }
  const lock = await lockWorkspace(layout.lock(full), holder);
  await removeLeftovers(full);
  return opened(full, manifest, lock);
}

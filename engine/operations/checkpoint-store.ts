import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Checkpoint } from '#contract/checkpoint';
import { checkpointFiles, layout } from '../workspace/layout.ts';
import { assertId, listFolderManifests, readFolderManifest } from '../workspace/manifests.ts';

/** What nobody resumed for so long is removed, and so is what is older than the newest few. */
const keptDays = 14;
const keptCheckpoints = 5;

export function checkpointManifest(workspace: string, id: string): string {
  return path.join(layout.checkpoint(workspace, id), checkpointFiles.manifest);
}

export async function readCheckpoint(workspace: string, id: string): Promise<Checkpoint> {
  assertId(id, 'checkpoint');
  return readFolderManifest(layout.checkpoint(workspace, id), checkpointFiles.manifest, Checkpoint, 'checkpoint');
}

/** The one that was written last comes first. */
export async function listCheckpoints(workspace: string): Promise<Checkpoint[]> {
  const found = await listFolderManifests(layout.checkpoints(workspace), checkpointFiles.manifest, Checkpoint, 'checkpoint');
  return found.sort((a, b) => b.savedAt.localeCompare(a.savedAt));
}

export async function removeCheckpoint(workspace: string, id: string): Promise<void> {
  assertId(id, 'checkpoint');
  await rm(layout.checkpoint(workspace, id), { recursive: true, force: true });
}

/**
 * Removes what is too old or too much, and what processes that were killed left half-written.
 * @param inUse checkpoints of trainings that run or wait
 */
export async function tidyCheckpoints(workspace: string, inUse: ReadonlySet<string> = new Set(), now = Date.now()): Promise<void> {
  const checkpoints = await listCheckpoints(workspace);
  const names: string[] = await readdir(layout.checkpoints(workspace)).catch(() => []);
  for (const name of names.filter((one) => !inUse.has(one))) {
    const folder = layout.checkpoint(workspace, name);
    const place = checkpoints.findIndex(({ id }) => id === name);
    const checkpoint = checkpoints[place];
    const files: string[] = await readdir(folder).catch(() => []);
    const since = checkpoint ? Date.parse(checkpoint.savedAt) : (await stat(folder)).mtimeMs;
    // A damaged manifest may be another version's: it stays until it is old.
    const begun = checkpoint !== undefined || files.includes(checkpointFiles.manifest);
    const old = place >= keptCheckpoints || now - since > keptDays * 86_400_000;
    if (!begun || old) await rm(folder, { recursive: true, force: true });
    else if (checkpoint) {
      const strays = files.filter((file) => file !== checkpointFiles.manifest && file !== checkpoint.arrays);
      for (const file of strays) await rm(path.join(folder, file), { force: true });
    }
  }
}

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomic } from '../files/atomic.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { decodeSafetensors, encodeSafetensors } from '../math/safetensors.ts';
import { withEmptyUser } from '../math/user-arrays.ts';
import { layout, runFiles } from '../workspace/layout.ts';
import { type RunIds, readRunIds } from './run-store.ts';

async function emptyRow(file: string, users: number, row: number): Promise<void> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return null;
  });
  if (bytes) await writeAtomic(file, encodeSafetensors(withEmptyUser(decodeSafetensors(bytes).arrays, users, row)));
}

/**
 * Empties a user's row in every run that learned from them, and puts a stand-in in the place of their id, so that other rows stay where they are. The id goes
 * last: while it is there, the run is not done. Returns how many runs there were.
 */
export async function eraseFromRuns(workspace: string, userId: string, standIn: string, work: WorkContext): Promise<number> {
  const names = (await readdir(layout.runs(workspace)).catch(() => [])).filter((name) => !name.startsWith('.'));
  let count = 0;
  for (const [at, name] of names.entries()) {
    await work.checkpoint({ phase: 'Erasing from runs', done: at, total: names.length });
    const folder = layout.run(workspace, name);
    const ids: RunIds | null = await readRunIds(workspace, name).catch(() => null);
    const row = ids?.users.indexOf(userId) ?? -1;
    if (!ids || row < 0) continue;
    for (const file of [runFiles.model, runFiles.train]) await emptyRow(path.join(folder, file), ids.users.length, row);
    const users = ids.users.with(row, standIn);
    await writeAtomic(path.join(folder, runFiles.ids), JSON.stringify({ ...ids, users }));
    count += 1;
  }
  return count;
}

import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomic } from '../files/atomic.ts';
import { layout } from '../workspace/layout.ts';
import { checkpointsInUse } from './checkpoints-of-training.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { forgetExplored } from './explore.ts';
import { forgetRunParts } from './run-lists.ts';
import { endConsole } from './sql.ts';

/** Whether a text names an id as a word of its own: `u1` is not in `u10`. */
function names(text: string, id: string): boolean {
  const word = /[\p{L}\p{N}_]/u;
  for (let at = text.indexOf(id); at >= 0; at = text.indexOf(id, at + 1)) {
    if (!word.test(text[at - 1] ?? ' ') && !word.test(text[at + id.length] ?? ' ')) return true;
  }
  return false;
}

/** Statements that name the user. */
async function eraseHistory(workspace: string, userId: string): Promise<void> {
  const file = layout.sqlHistory(workspace);
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return;
  try {
    const past = JSON.parse(text) as { sql: string; error?: string }[];
    const spelled = userId.replaceAll("'", "''");
    const left = past.filter(({ sql, error }) => !names(sql, userId) && !names(sql, spelled) && !names(error ?? '', userId));
    if (left.length < past.length) await writeAtomic(file, JSON.stringify(left));
  } catch {
    await rm(file, { force: true });
  }
}

const unfinished = /\.(\d+)\.[0-9a-f]{8}\.tmp$/;

/** What processes that died were writing when they did. */
async function removeUnfinished(workspace: string): Promise<void> {
  const folders = [workspace, ...[layout.erasures, layout.runs, layout.datasets, layout.bundles].map((of) => of(workspace))];
  for (const parent of folders.slice(2)) {
    const inside = await readdir(parent, { withFileTypes: true }).catch(() => []);
    folders.push(...inside.filter((entry) => entry.isDirectory()).map((entry) => path.join(parent, entry.name)));
  }
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      const pid = unfinished.exec(name)?.[1];
      if (pid !== undefined && Number(pid) !== process.pid) await rm(path.join(folder, name), { recursive: true, force: true });
    }
  }
}

/** Ends the console and the explorer with all that they keep; they begin anew when they are asked. */
export async function forgetConnections(context: EngineContext): Promise<void> {
  await endConsole(requireSession(context));
  await forgetExplored(context);
}

/** Erases a user from what is kept to be fast or to be gone back to. What can be made again is let go as a whole. */
export async function eraseFromCaches(context: EngineContext, userId: string): Promise<void> {
  const { path: workspace } = requireSession(context).workspace;
  forgetRunParts(context);
  await forgetConnections(context);
  await rm(layout.quality(workspace), { force: true });
  await rm(layout.sample(workspace), { recursive: true, force: true });
  await eraseHistory(workspace, userId);
  // Trainings that were interrupted cannot go on, now that the data is another.
  const inUse = checkpointsInUse(context);
  for (const name of await readdir(layout.checkpoints(workspace)).catch(() => []))
    if (!inUse.has(name)) await rm(layout.checkpoint(workspace, name), { recursive: true, force: true });
  await removeUnfinished(workspace);
}

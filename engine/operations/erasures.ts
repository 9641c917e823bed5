import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { syncFolder, writeAtomic } from '../files/atomic.ts';
import { layout } from '../workspace/layout.ts';

const Note = z.object({ userId: z.string(), since: z.string() });

/** An erasure that has begun and is not finished: the one place where the id is still written, until it is. */
export interface Erasure {
  file: string;
  userId: string;
}

/** What an erasure is called where the id must not stand. */
export const shortHash = (userId: string): string => createHash('sha256').update(userId).digest('hex').slice(0, 16);

/** Notes durably that a user is to be erased: whoever opens the workspace next goes on with it. */
export async function noteErasure(workspace: string, userId: string): Promise<Erasure> {
  const folder = layout.erasures(workspace);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${shortHash(userId)}-${randomBytes(4).toString('hex')}.json`);
  await writeAtomic(file, JSON.stringify({ userId, since: new Date().toISOString() } satisfies z.infer<typeof Note>), 0o600);
  return { file, userId };
}

/** Erasures that are under way, in the order of their files' names. */
export async function pendingErasures(workspace: string): Promise<Erasure[]> {
  const folder = layout.erasures(workspace);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  const found: Erasure[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    found.push({ file, userId: Note.parse(JSON.parse(await readFile(file, 'utf8'))).userId });
  }
  return found;
}

/** The erasure is finished: its note goes, and with it the last trace of the id. */
export async function closeErasure({ file }: Erasure): Promise<void> {
  await rm(file, { force: true });
  await syncFolder(path.dirname(file));
}

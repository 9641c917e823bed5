import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Removes what an import that was killed had written beside a database to be read: nobody else has the workspace open when this is called. */
export async function removeLeftovers(databaseFile: string): Promise<void> {
  const folder = path.dirname(databaseFile);
  const begin = `${path.basename(databaseFile)}.`;
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith(begin) && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp(\.wal)?$/.test(name.slice(begin.length)))
      await rm(path.join(folder, name), { force: true });
  }
}

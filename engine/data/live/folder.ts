import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { reportOf } from '#contract/errors';
import { isTable } from '../find-files.ts';
import { importPaths } from '../import-paths.ts';
import { positionOf, setPosition } from './batch.ts';
import { pause, type Reader, type SourceContext } from './source-context.ts';

const lookEveryMs = 1000;

/** A file as it lies there. */
const versionOf = async (file: string): Promise<string> => {
  const { size, mtimeMs } = await stat(file);
  return `${size} ${mtimeMs}`;
};

/**
 * Imports each file of a folder once it has not changed from one look to the next, and again when it was written to: rows that are there already count as duplicates.
 * It looks instead of being told, which works on network drives too. A file that cannot be read is told of, and tried again when it changes.
 */
export const folderReader =
  (folder: string): Reader =>
  async (context) => {
    const { db, id, signal, tell } = context;
    const seen = new Map<string, string>();
    const failed = new Map<string, string>();
    while (!signal.aborted) {
      let names: string[];
      try {
        names = (await readdir(folder)).filter(isTable).sort();
      } catch (error) {
        tell({ state: 'waiting', detail: `${folder} cannot be looked at: ${(error as Error).message}. It is tried again.` });
        await pause(lookEveryMs * 5, signal);
        continue;
      }
      for (const name of names) {
        if (signal.aborted) break;
        const file = path.join(folder, name);
        const version = await versionOf(file).catch(() => null);
        if (version === null) continue;
        const settled = seen.get(name) === version;
        seen.set(name, version);
        if (!settled || failed.get(name) === version || (await positionOf(db, id, name)) === version) continue;
        failed.delete(name);
        tell({ state: 'running', detail: `Importing ${name}` });
        await importOne(context, file, version).catch((error: unknown) => {
          failed.set(name, version);
          tell({ state: 'running', detail: reportOf(error).message });
        });
      }
      if (failed.size === 0) tell({ state: 'running', detail: null });
      await pause(lookEveryMs, signal);
    }
  };

async function importOne({ db, id, map, signal, took }: SourceContext, file: string, version: string): Promise<void> {
  const quiet = { checkpoint: async () => {}, curve: () => {}, log: () => {}, signal };
  const { rowsRead, accepted, rejected, duplicates } = await importPaths(db, { paths: [file], map }, quiet);
  // Should the process die before this, the file is read once more and changes nothing.
  await db.write(async (session) => {
    await setPosition(session, id, path.basename(file), version);
    await session.run(
      `UPDATE live_sources SET rows_read = rows_read + $1, accepted = accepted + $2, rejected = rejected + $3, duplicates = duplicates + $4, last_at = now() AT TIME ZONE 'UTC' WHERE source_id = $5`,
      [rowsRead, accepted, rejected, duplicates, id],
    );
  });
  took({ read: rowsRead, accepted, rejected, duplicates });
}

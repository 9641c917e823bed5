import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImportRequest, ImportResult } from '#contract/data';
import type { Progress } from '#contract/job';
import { type Database, openDatabase } from '../../../engine/data/database.ts';
import { importPaths } from '../../../engine/data/import-paths.ts';
import { readRows, type TableName } from '../../../engine/data/rows.ts';
import type { WorkContext } from '../../../engine/jobs/work-context.ts';
import { withFolder } from '../../support/folders.ts';

/** Work that nobody stops. */
export const quiet: WorkContext = {
  checkpoint: async () => undefined,
  log: () => undefined,
  signal: new AbortController().signal,
  curve: () => undefined,
};

/** Work that does something at every checkpoint. */
export function watchedBy(checkpoint: (progress: Progress) => void): WorkContext {
  return { ...quiet, checkpoint: async (progress) => checkpoint(progress) };
}

export interface Desk {
  db: Database;
  folder: string;
  /** Writes a file and gives its path. */
  put(name: string, content: string | Uint8Array): Promise<string>;
  import(input: string | Partial<ImportRequest>): Promise<ImportResult>;
  /** All rows of a table, as objects. */
  table(name: TableName): Promise<Record<string, unknown>[]>;
}

/** Runs with an empty database and a folder for files. */
export function withDatabase<T>(use: (desk: Desk) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const db = await openDatabase(path.join(folder, 'data.duckdb'), { memoryLimit: '1GB' });
    try {
      return await use({
        db,
        folder,
        put: async (name, content) => {
          const file = path.join(folder, name);
          await writeFile(file, content);
          return file;
        },
        import: (input) => importPaths(db, typeof input === 'string' ? { paths: [input] } : { paths: [], ...input }, quiet),
        table: async (table) => {
          const { columns, rows } = await readRows(db, { table, offset: 0, limit: 1000 });
          return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
        },
      });
    } finally {
      await db.close();
    }
  });
}

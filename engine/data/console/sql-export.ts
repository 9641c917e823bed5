import { randomUUID } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { EngineError } from '#contract/errors';
import type { SqlView } from '#contract/sql';
import type { WorkContext } from '../../jobs/work-context.ts';
import { quotePath } from '../sql.ts';
import { watched } from '../watched.ts';
import type { SqlConsole } from './sql-console.ts';

/** Writes a result, as it is sorted and filtered, to a file by its ending: .csv, .tsv or .parquet. The file is there whole or not at all. */
export async function exportResult(
  sql: SqlConsole,
  { id, view, path }: { id: number; view: SqlView; path: string },
  ctx: WorkContext,
): Promise<{ path: string; rows: number; sizeBytes: number }> {
  const ending = /\.(csv|tsv|parquet)$/i.exec(path)?.[1]?.toLowerCase();
  if (ending === undefined)
    throw new EngineError('invalid_input', `${path}: end the name in .csv, .tsv or .parquet, which says how it is written.`, { path });
  const { session, table, rows } = await sql.tableOf(id, view);
  const staging = `${path}.${randomUUID()}.tmp`;
  const how = ending === 'parquet' ? 'FORMAT parquet' : `FORMAT csv, HEADER, DELIMITER '${ending === 'tsv' ? '\t' : ','}'`;
  try {
    await watched(
      session,
      ctx,
      'Writing the rows',
      () => session.run(`COPY (SELECT * FROM ${table} ORDER BY rowid) TO ${quotePath(staging)} (${how})`),
      rows,
    );
    await rename(staging, path);
  } catch (error) {
    await rm(staging, { force: true });
    if (error instanceof EngineError) throw error;
    throw new EngineError(
      'unreadable_file',
      `${path} cannot be written: ${(error as Error).message.split('\n')[0]}. Choose another place.`,
      { path },
      { cause: error },
    );
  }
  return { path, rows, sizeBytes: (await stat(path)).size };
}

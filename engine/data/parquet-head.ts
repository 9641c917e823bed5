import { open } from 'node:fs/promises';
import { EngineError } from '#contract/errors';
import { unreadable } from './file-head.ts';
import { Session } from './session.ts';
import type { Found } from './source.ts';
import { quoteName, quotePath } from './sql.ts';

/** Columns and first rows of a Parquet file. */
export async function openParquet(file: string): Promise<Found> {
  await checkMagic(file);
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.fromCache(':memory:');
  const session = new Session(await instance.connect());
  try {
    await session.run("SET TimeZone = 'UTC'");
    const relation = `read_parquet(${quotePath(file)})`;
    const columns = await session.rows<{ column_name: string; column_type: string }>(`DESCRIBE FROM ${relation}`);
    const names = columns.map((column) => column.column_name);
    const cells = columns.map(({ column_name, column_type }) =>
      /\[\]$|^STRUCT|^MAP/.test(column_type)
        ? `CAST(to_json(${quoteName(column_name)}) AS VARCHAR)`
        : `CAST(${quoteName(column_name)} AS VARCHAR)`,
    );
    const rows = await session.rows<{ cells: (string | null)[] }>(`SELECT [${cells.join(', ')}] AS cells FROM ${relation} LIMIT 200`);
    if (rows.length === 0)
      throw new EngineError('bad_data', `${file} holds no data: it has columns and no rows. Choose a file with rows.`, { file });
    const expectedRows = await session.number(`SELECT num_rows FROM parquet_file_metadata(${quotePath(file)})`);
    const timeColumns = columns.filter((column) => /^TIMESTAMP|^DATE/.test(column.column_type)).map((column) => column.column_name);
    return { reading: { kind: 'parquet', timeColumns }, names, sample: rows.map((row) => row.cells), header: true, expectedRows };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError(
      'unreadable_file',
      `${file} cannot be read as Parquet: ${(error as Error).message.split('\n')[0]}. Export it again.`,
      { file },
      { cause: error },
    );
  } finally {
    session.connection.closeSync();
    instance.closeSync();
  }
}

async function checkMagic(file: string): Promise<void> {
  const bytes = Buffer.alloc(4);
  let size: number;
  try {
    const handle = await open(file, 'r');
    try {
      size = (await handle.stat()).size;
      await handle.read(bytes, 0, 4, 0);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  if (size === 0) throw new EngineError('bad_data', `${file} holds no data: it is empty. Choose a file with rows.`, { file });
  if (bytes.toString('latin1') !== 'PAR1') {
    throw new EngineError(
      'unreadable_file',
      `${file} is no Parquet file (it does not start with PAR1). Check its name, or name the format with --format.`,
      { file },
    );
  }
}

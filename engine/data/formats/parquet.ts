import { rm } from 'node:fs/promises';
import { EngineError } from '#contract/errors';
import { copyUnpacked } from '../file-head.ts';
import { withMemoryDatabase } from '../memory-database.ts';
import type { Session } from '../session.ts';
import type { Found } from '../source.ts';
import { quoteName, quotePath } from '../sql.ts';
import { temporaryFile } from '../temporary-file.ts';
import { type Format, hasEnding, startsWith } from './format.ts';
import { holdsNothing } from './text.ts';

const read = (path: string): string => `read_parquet(${quotePath(path)}, hive_partitioning = false)`;

/** A relation of typed columns as text: names, first rows, and which columns are times. */
export async function typedSample(
  session: Session,
  relation: string,
): Promise<Pick<Found, 'names' | 'sample'> & { timeColumns: string[] }> {
  const columns = await session.rows<{ column_name: string; column_type: string }>(`DESCRIBE FROM ${relation}`);
  const cells = columns.map(({ column_name, column_type }) =>
    /\[\]$|^STRUCT|^MAP/.test(column_type)
      ? `CAST(to_json(${quoteName(column_name)}) AS VARCHAR)`
      : `CAST(${quoteName(column_name)} AS VARCHAR)`,
  );
  const rows = await session.rows<{ cells: (string | null)[] }>(`SELECT [${cells.join(', ')}] AS cells FROM ${relation} LIMIT 200`);
  return {
    names: columns.map((column) => column.column_name),
    sample: rows.map((row) => row.cells),
    timeColumns: columns.filter((column) => /^TIMESTAMP|^DATE/.test(column.column_type)).map((column) => column.column_name),
  };
}

/** How Parquet is read, whoever wrote it. */
export function parquetReading(timeColumns: readonly string[]): Found['reading'] {
  return {
    relation: read,
    cells: 'typed',
    timeColumns,
    records: (session, readPath, places) =>
      session.rows<{ line: number; raw: string }>(
        `SELECT CAST(file_row_number + 1 AS DOUBLE) AS line, CAST(to_json(row) AS VARCHAR) AS raw
         FROM (SELECT row, row.file_row_number FROM read_parquet(${quotePath(readPath)}, file_row_number = true, hive_partitioning = false) row)
         WHERE file_row_number IN (SELECT unnest(from_json($1, '["BIGINT"]'))) ORDER BY line`,
        [JSON.stringify(places)],
      ),
  };
}

export const parquet: Format = {
  id: 'parquet',
  label: 'Parquet',
  endings: ['.parquet', '.pq'],
  claims: (file) => hasEnding(parquet, file.name) || startsWith(file.head, 'PAR1'),
  async open({ path, head }) {
    if (head.bytes.length === 0) throw holdsNothing(path, 'it is empty');
    if (!startsWith(head, 'PAR1')) {
      throw new EngineError(
        'unreadable_file',
        `${path} is no Parquet file (it does not start with PAR1). Check its name, or name the format with --format.`,
        { file: path },
      );
    }
    const prepare = (target: string): Promise<void> => copyUnpacked(path, head.packing, target);
    const looked = head.packing === null ? path : temporaryFile('parquet');
    try {
      // Parquet is read from its end: what is packed once more has to be unpacked for that.
      if (head.packing !== null) await prepare(looked);
      return await withMemoryDatabase(async (session) => {
        const { timeColumns, names, sample } = await typedSample(session, read(looked));
        if (sample.length === 0) throw holdsNothing(path, 'it has columns and no rows');
        const expectedRows = await session.number(`SELECT num_rows FROM parquet_file_metadata(${quotePath(looked)})`);
        return { reading: parquetReading(timeColumns), names, sample, header: true, expectedRows, ...(head.packing ? { prepare } : {}) };
      });
    } catch (error) {
      if (error instanceof EngineError) throw error;
      throw new EngineError(
        'unreadable_file',
        `${path} cannot be read as Parquet: ${(error as Error).message.split('\n')[0]}. Export it again.`,
        { file: path },
        { cause: error },
      );
    } finally {
      if (looked !== path) await rm(looked, { force: true });
    }
  },
};

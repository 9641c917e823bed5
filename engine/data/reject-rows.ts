import { EngineError } from '#contract/errors';
import { type LocatedLine, locateLines } from './reject-lines.ts';
import type { Session } from './session.ts';
import type { Source } from './source.ts';
import { quotePath, quoteText } from './sql.ts';

interface Reject {
  line: number | null;
  column: string | null;
  reason: string;
  raw: string | null;
}

/**
 * Puts every row that was not taken into `rejects`, with its line, column, reason and text: those that DuckDB could not read, and those of
 * `staged` with a problem. Gives their number.
 */
export async function storeRejects(session: Session, source: Source, importId: number): Promise<number> {
  const { reading } = source;
  const structural = reading.kind === 'parquet' ? [] : await structuralRejects(session);
  const ruled = await session.rows<{ place: number; problem: string }>(
    'SELECT CAST(rowid - (SELECT min(rowid) FROM staged) AS DOUBLE) AS place, problem FROM staged WHERE problem IS NOT NULL ORDER BY rowid',
  );
  if (structural.length + ruled.length === 0) return 0;
  const starts = structural.map((reject) => reject.start);
  const rows = ruled.map((reject) => reject.place);
  const located =
    reading.kind === 'parquet'
      ? { rows: await parquetRows(session, source, rows), starts: [] }
      : await locateLines(
          source.readPath,
          reading.kind === 'delimited' ? reading.dialect : { delimiter: '\x01', quote: '', header: false },
          { rows, starts },
        );
  for (const [i, { openQuote }] of structural.entries()) refuseRunaway(source, openQuote, located.starts[i]);
  const rejects: Reject[] = [
    ...structural.map((reject, i) => ({
      line: located.starts[i]?.line ?? null,
      column: reject.column,
      reason: reject.reason,
      raw: located.starts[i]?.raw ?? reject.raw,
    })),
    ...ruled.map(({ problem }, i) => {
      const at = problem.indexOf(': ');
      return {
        line: located.rows[i]?.line ?? null,
        column: problem.slice(0, at) || null,
        reason: problem.slice(at + 2),
        raw: located.rows[i]?.raw ?? null,
      };
    }),
  ];
  rejects.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  for (let from = 0; from < rejects.length; from += 5000) {
    await session.run(
      `INSERT INTO rejects SELECT ${importId}, ${quoteText(source.path)}, r.line, r.col, r.reason, r.raw
       FROM (SELECT unnest(from_json($1, '[{"line": "BIGINT", "col": "VARCHAR", "reason": "VARCHAR", "raw": "VARCHAR"}]')) AS r)`,
      [JSON.stringify(rejects.slice(from, from + 5000).map(({ line, column, reason, raw }) => ({ line, col: column, reason, raw })))],
    );
  }
  return rejects.length;
}

/** A quote that is never closed swallows every line after it: to reject that as one row would lose them without a word. */
function refuseRunaway(source: Source, openQuote: boolean, located: LocatedLine | null | undefined): void {
  if (!openQuote || !located?.raw.trimEnd().includes('\n')) return;
  throw new EngineError(
    'bad_data',
    `${source.path}, line ${located.line}: a quote is opened and never closed, so every line after it reads as one cell. Close or remove it, then import again. Nothing was imported.`,
    { file: source.path, line: located.line },
  );
}

/** Forgets what DuckDB rejected in earlier work that was not stored. */
export async function clearRejects(session: Session): Promise<void> {
  if (!(await hasRejectTables(session))) return;
  await session.run('DELETE FROM reject_errors');
  await session.run('DELETE FROM reject_scans');
}

async function hasRejectTables(session: Session): Promise<boolean> {
  return (await session.number("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors' AND temporary")) > 0;
}

/** What DuckDB rejected: one entry a record, however many of its cells are wrong. */
async function structuralRejects(
  session: Session,
): Promise<{ start: number; column: string | null; reason: string; openQuote: boolean; raw: string | null }[]> {
  if (!(await hasRejectTables(session))) return [];
  const rows = await session.rows<{ start: number; column: string | null; type: string; message: string; raw: string | null }>(
    `SELECT CAST(line_byte_position AS DOUBLE) AS start, arg_min(column_name, column_idx) AS "column",
       arg_min(CAST(error_type AS VARCHAR), column_idx) AS type, arg_min(error_message, column_idx) AS message, any_value(csv_line) AS raw
     FROM reject_errors GROUP BY line_byte_position ORDER BY line_byte_position`,
  );
  return rows.map((row) => ({
    start: row.start,
    column: row.type === 'CAST' ? row.column : null,
    reason: inWords(row.type, row.message),
    openQuote: /quote|line size/i.test(row.type),
    raw: row.raw,
  }));
}

function inWords(type: string, message: string): string {
  const widths = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (widths) return `${type === 'MISSING COLUMNS' ? 'too few' : 'too many'} columns: ${widths[2]} where ${widths[1]} are expected`;
  const cast = /Could not convert string "(.*)" to '(\w+)'/s.exec(message);
  if (cast) return `“${cast[1]?.slice(0, 100)}” is not ${cast[2] === 'DOUBLE' ? 'a number' : 'a time'}`;
  const known: Record<string, string> = {
    'UNQUOTED VALUE': 'a quote is not closed, or text follows it',
    'INVALID ENCODING': 'the text is not valid UTF-8',
    'LINE SIZE OVER MAXIMUM': 'the line is longer than 8 MB',
  };
  return known[type] ?? `${type.toLowerCase()}: ${message.split('\n')[0]}`;
}

async function parquetRows(session: Session, source: Source, rows: number[]): Promise<{ line: number; raw: string }[]> {
  return session.rows<{ line: number; raw: string }>(
    `SELECT CAST(file_row_number + 1 AS DOUBLE) AS line, CAST(to_json(row) AS VARCHAR) AS raw
     FROM (SELECT row, row.file_row_number FROM read_parquet(${quotePath(source.readPath)}, file_row_number = true) row)
     WHERE file_row_number IN (SELECT unnest(from_json($1, '["BIGINT"]'))) ORDER BY line`,
    [JSON.stringify(rows)],
  );
}

import { EngineError } from '#contract/errors';
import { readNumbers } from './column-buffers.ts';
import { type Located, locate } from './reject-lines.ts';
import type { Session } from './session.ts';
import type { Source } from './source.ts';
import { quoteText } from './sql.ts';
import type { Packing } from './unpacked.ts';

/** Rows that were read: the good ones, and those with a problem, `column: reason`. */
export interface ReadRows {
  table: string;
  /** SQL of the problem, and of what says that there is one. */
  problem: string;
  bad: string;
  /** SQL of the row id of the first row of this file: before a commit ids are beyond what a number holds. */
  first: string;
  /** Of what was read: what the file was prepared to is not packed any more. */
  packing: Packing;
  /** Where the rejects are kept. */
  into: 'rejects' | 'import_rejects';
}

interface Reject {
  line: number | null;
  column: string | null;
  reason: string;
  raw: string | null;
}

const block = 5000;

/**
 * Puts every row that was not taken into the rejects, with its line, column, reason and text: those that DuckDB could not read, and those with a problem. Block by
 * block, however many there are. Gives their number.
 */
export async function storeRejects(session: Session, source: Source, importId: number, rows: ReadRows): Promise<number> {
  const { records } = source.reading;
  const structural = source.reading.cells === 'typed' ? 0 : await orderStructural(session);
  const ruled = await session.number(`SELECT count(*) FROM ${rows.table} WHERE ${rows.bad} AND rowid >= ${rows.first}`);
  if (structural + ruled === 0) return 0;
  const [places] = await readNumbers(
    session,
    `SELECT CAST(rowid - ${rows.first} AS DOUBLE) FROM ${rows.table} WHERE ${rows.bad} AND rowid >= ${rows.first} ORDER BY rowid`,
    [new Float64Array(ruled)],
  );
  const [starts] =
    structural === 0
      ? [new Float64Array(0)]
      : await readNumbers(session, 'SELECT CAST(start AS DOUBLE) FROM structural ORDER BY start', [new Float64Array(structural)]);
  const store = (found: Located[], lost: number[] = []): Promise<void> =>
    storeBlock(session, source, importId, rows, { places, found, lost });
  let found: Located[] = [];
  if (typeof records === 'function') {
    for (let from = 0; from < ruled; from += block) {
      const wanted = Array.from(places.subarray(from, from + block));
      const located = await records(session, source.readPath, wanted);
      await store(located.map((row, at) => ({ ...row, of: 'rows', index: from + at, several: false })));
    }
    return ruled;
  }
  let rowsFound = 0;
  for await (const record of locate(source.readPath, rows.packing, records, { rows: places, starts })) {
    if (record.of === 'rows') rowsFound++;
    found.push(record);
    if (found.length === block) {
      await store(found);
      found = [];
    }
  }
  await store(
    found,
    Array.from({ length: ruled - rowsFound }, (_, at) => rowsFound + at),
  );
  if (structural > 0) await session.run('DROP TABLE structural');
  return structural + ruled;
}

/** One block of rejects: what was found of them in the file, with what the tables say of each. `lost`: rows that could not be found again. */
async function storeBlock(
  session: Session,
  source: Source,
  importId: number,
  rows: ReadRows,
  { places, found, lost }: { places: Float64Array; found: Located[]; lost: number[] },
): Promise<void> {
  const indices = [...found.filter(({ of }) => of === 'rows').map(({ index }) => index), ...lost];
  const wanted = indices.map((index) => places[index] as number);
  const problems = new Map(
    (
      await session.rows<{ place: number; problem: string }>(
        `SELECT CAST(rowid - ${rows.first} AS DOUBLE) AS place, ${rows.problem} AS problem FROM ${rows.table}
         WHERE rowid IN (SELECT ${rows.first} + unnest(from_json($1, '["BIGINT"]')))`,
        [JSON.stringify(wanted)],
      )
    ).map(({ place, problem }) => [place, problem]),
  );
  const broken = found.filter(({ of }) => of === 'starts');
  const reasons =
    broken.length === 0
      ? []
      : await structuralReasons(
          session,
          broken.map(({ index }) => index),
        );
  const rejects = found.map((record): Reject => {
    if (record.of === 'rows') return { line: record.line, raw: record.raw, ...parted(problems.get(places[record.index] as number)) };
    const reason = reasons[broken.indexOf(record)] as Structural;
    refuseRunaway(source, reason.openQuote, record);
    return { line: record.line, column: reason.column, reason: reason.reason, raw: record.raw };
  });
  for (const index of lost) rejects.push({ line: null, raw: null, ...parted(problems.get(places[index] as number)) });
  if (rejects.length === 0) return;
  await session.run(
    `INSERT INTO ${rows.into} SELECT ${importId}, ${quoteText(source.path)}, r.line, r.col, r.reason, r.raw
     FROM (SELECT unnest(from_json($1, '[{"line": "BIGINT", "col": "VARCHAR", "reason": "VARCHAR", "raw": "VARCHAR"}]')) AS r)`,
    [JSON.stringify(rejects.map(({ line, column, reason, raw }) => ({ line, col: column, reason, raw })))],
  );
}

function parted(problem = ': it cannot be used'): { column: string | null; reason: string } {
  const at = problem.indexOf(': ');
  return { column: problem.slice(0, at) || null, reason: problem.slice(at + 2) };
}

/** A quote that is never closed swallows every line after it: to reject that as one row would lose them without a word. */
function refuseRunaway(source: Source, openQuote: boolean, { line, several }: Located): void {
  if (!openQuote || !several) return;
  throw new EngineError(
    'bad_data',
    `${source.path}, line ${line}: a quote is opened and never closed, so every line after it reads as one cell. Close or remove it, then import again. Nothing was imported.`,
    { file: source.path, line },
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

/** What DuckDB rejected as the table `structural`: one entry a record, however many of its cells are wrong. Gives their number. */
async function orderStructural(session: Session): Promise<number> {
  if (!(await hasRejectTables(session))) return 0;
  const count = await session.number('SELECT count(DISTINCT line_byte_position) FROM reject_errors');
  if (count === 0) return 0;
  // A whole line that is wrong has no column.
  const column = 'coalesce(column_idx, -1)';
  await session.run(
    `CREATE OR REPLACE TEMP TABLE structural AS SELECT row_number() OVER (ORDER BY line_byte_position) - 1 AS place, line_byte_position AS start,
       arg_min(coalesce(column_name, ''), ${column}) AS "column", arg_min(CAST(error_type AS VARCHAR), ${column}) AS type,
       arg_min(error_message, ${column}) AS message
     FROM reject_errors GROUP BY line_byte_position ORDER BY line_byte_position`,
  );
  return count;
}

interface Structural {
  column: string | null;
  reason: string;
  openQuote: boolean;
}

/** Why DuckDB rejected these, by their places, ascending. */
async function structuralReasons(session: Session, places: number[]): Promise<Structural[]> {
  const rows = await session.rows<{ column: string; type: string; message: string }>(
    `SELECT "column", type, message FROM structural WHERE place IN (SELECT unnest(from_json($1, '["BIGINT"]'))) ORDER BY place`,
    [JSON.stringify(places)],
  );
  return rows.map((row) => ({
    column: row.type === 'CAST' ? row.column || null : null,
    reason: inWords(row.type, row.message),
    openQuote: /quote|line size/i.test(row.type),
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

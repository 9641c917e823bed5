import { EngineError } from '#contract/errors';
import type { SqlColumn, SqlOutcome, SqlView, SqlWindow } from '#contract/sql';
import { toCell } from '../cells.ts';
import type { Database } from '../database.ts';
import type { Session } from '../session.ts';
import { quoteName, quoteText } from '../sql.ts';
import { guardChange } from './sql-changes.ts';
import { guardSelect } from './sql-guard.ts';
import { inWords } from './sql-words.ts';

/** Results that are kept: one on the screen, and a few to go back to. */
const keptResults = 4;
const longestCell = 20_000;

interface Result {
  id: number;
  columns: SqlColumn[];
  rows: number;
  /** The result sorted and filtered last, as a table, by what was asked. */
  view: { key: string; table: string; rows: number } | null;
}

/**
 * SQL over a workspace, on a connection of its own: a long statement holds up neither the window nor an import. What a statement gives is kept as a temporary table,
 * which spills to disk, and is read in windows.
 */
export class SqlConsole {
  private readonly database: Database;
  private session: Promise<Session> | null = null;
  private readonly results = new Map<number, Result>();
  private last = 0;

  constructor(database: Database) {
    this.database = database;
  }

  private connect(): Promise<Session> {
    this.session ??= this.database.session().catch((error: unknown) => {
      this.session = null;
      throw error;
    });
    return this.session;
  }

  /** Runs one statement. `unlocked`: it may change data. */
  async run(sql: string, unlocked: boolean): Promise<SqlOutcome> {
    const session = await this.connect();
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    const text = sql.trim().replace(/(;\s*)+$/, '');
    if (text === '') throw new EngineError('invalid_input', 'There is no statement.');
    if (unlocked && /^\s*(insert|update|delete|create|drop|alter|copy|attach|install|load|set|pragma|call)\b/i.test(text)) {
      const change = await guardChange(session, text);
      const [counted] = await this.database.write((writer) => writer.rows(change.sql)).catch(inWords(text, 0));
      const changed = Number(Object.values(counted ?? {})[0] ?? 0);
      return { kind: 'done', label: change.label, changed, seconds: seconds() };
    }
    const explained = /^explain(\s+analyze)?\s+/i.exec(text);
    const reading = explained ? text.slice(explained[0].length) : text;
    await guardSelect(session, reading);
    if (explained) return this.explain(session, `${explained[0]}${reading}`, seconds);
    const id = ++this.last;
    const table = `result_${id}`;
    // What is no SELECT by its first word has to stand within one.
    const whole = /^(describe|desc|summarize|show)\b/i.test(text) ? `SELECT * FROM (\n${text}\n)` : `\n${text}`;
    await session
      .run(`CREATE TEMP TABLE ${table} AS ${whole}`)
      // Names that come twice are numbered by a statement around it.
      .catch((error: Error) =>
        /duplicate|already exists/i.test(error.message)
          ? session.run(`CREATE TEMP TABLE ${table} AS SELECT * FROM (\n${text}\n)`)
          : Promise.reject(error),
      )
      .catch(inWords(text, 1));
    const columns = await session.rows<SqlColumn & Record<string, unknown>>(
      `SELECT column_name AS "name", data_type AS "type" FROM duckdb_columns() WHERE table_name = ${quoteText(table)} ORDER BY column_index`,
    );
    const rows = await session.number(`SELECT count(*) FROM ${table}`);
    this.results.set(id, { id, columns: columns.map(({ name, type }) => ({ name, type })), rows, view: null });
    for (const old of [...this.results.keys()].slice(0, -keptResults)) await this.close(old);
    return { kind: 'rows', id, columns: columns.map(({ name, type }) => ({ name, type })), rows, seconds: seconds() };
  }

  /** A plan is a text; it becomes a result of one row a line. */
  private async explain(session: Session, text: string, seconds: () => number): Promise<SqlOutcome> {
    const rows = await session.rows<{ explain_value: string }>(text).catch(inWords(text, 0));
    const id = ++this.last;
    const lines = rows.flatMap(({ explain_value }) => explain_value.split('\n'));
    await session.run(`CREATE TEMP TABLE result_${id} AS SELECT unnest(from_json($1, '["VARCHAR"]')) AS plan`, [JSON.stringify(lines)]);
    const columns = [{ name: 'plan', type: 'VARCHAR' }];
    this.results.set(id, { id, columns, rows: lines.length, view: null });
    return { kind: 'rows', id, columns, rows: lines.length, seconds: seconds() };
  }

  private find(id: number): Result {
    const result = this.results.get(id);
    if (result) return result;
    throw new EngineError('not_found', 'This result is not kept any more: run the statement again.', { result: id });
  }

  /** The table of a result as it is sorted and filtered, made anew where that changed. */
  async tableOf(id: number, view: SqlView): Promise<{ session: Session; table: string; rows: number; columns: SqlColumn[] }> {
    const session = await this.connect();
    const result = this.find(id);
    const conditions = (view.filters ?? []).flatMap(({ column, text }) => conditionOf(result, column, text));
    if (conditions.length === 0 && !view.sort) return { session, table: `result_${id}`, rows: result.rows, columns: result.columns };
    const key = JSON.stringify([view.sort, view.filters]);
    if (result.view?.key !== key) {
      const table = `result_${id}_view`;
      const order = view.sort
        ? `ORDER BY ${quoteName(known(result, view.sort.column).name)} ${view.sort.descending ? 'DESC' : 'ASC'} NULLS LAST, rowid`
        : 'ORDER BY rowid';
      const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
      await session.run(`CREATE OR REPLACE TEMP TABLE ${table} AS SELECT * FROM result_${id} ${where} ${order}`).catch(inWords('', 0));
      result.view = { key, table, rows: await session.number(`SELECT count(*) FROM ${table}`) };
    }
    return { session, table: result.view.table, rows: result.view.rows, columns: result.columns };
  }

  /** Some rows of a result, as cells. Long texts are cut. */
  async window(id: number, view: SqlView, offset: number, limit: number): Promise<SqlWindow> {
    const { session, table, rows: total, columns } = await this.tableOf(id, view);
    const cells = columns.map(({ name, type }) =>
      /^(VARCHAR|DOUBLE|FLOAT|BOOLEAN|(U?(TINYINT|SMALLINT|INTEGER))|TIMESTAMP)$/.test(type)
        ? quoteName(name)
        : /\[|^(STRUCT|MAP|UNION)/.test(type)
          ? `CAST(to_json(${quoteName(name)}) AS VARCHAR) AS ${quoteName(name)}`
          : `CAST(${quoteName(name)} AS VARCHAR) AS ${quoteName(name)}`,
    );
    const found = await session.rows(
      `SELECT ${cells.join(', ')} FROM ${table} WHERE rowid BETWEEN ${offset} AND ${offset + limit - 1} ORDER BY rowid`,
    );
    const cut = (value: unknown) =>
      typeof value === 'string' && value.length > longestCell ? `${value.slice(0, longestCell)}…` : toCell(value);
    return { rows: found.map((row) => Object.values(row).map(cut)), offset, total };
  }

  /** Stops the statement that runs. */
  async cancel(): Promise<void> {
    (await this.session)?.connection.interrupt();
  }

  async close(id: number): Promise<void> {
    if (!this.results.delete(id)) return;
    const session = await this.connect();
    await session.run(`DROP TABLE IF EXISTS result_${id}`);
    await session.run(`DROP TABLE IF EXISTS result_${id}_view`);
  }

  /** Ends the connection, and all results with it. */
  async end(): Promise<void> {
    const session = await this.session?.catch(() => null);
    this.session = null;
    this.results.clear();
    if (session) this.database.leave(session);
  }
}

function known({ columns }: Result, name: string): SqlColumn {
  const column = columns.find((candidate) => candidate.name === name);
  if (column) return column;
  throw new EngineError('invalid_input', `The result has no column “${name}”.`, { column: name });
}

const isNumber = (type: string): boolean => /INT|DOUBLE|FLOAT|DECIMAL/.test(type) && !type.includes('[');

/** What is written above a column: `>= 3`, `= view`, `!= x`; else the text that cells hold somewhere, whatever its case. */
function conditionOf(result: Result, name: string, text: string): string[] {
  const column = known(result, name);
  const trimmed = text.trim();
  if (trimmed === '') return [];
  const cell = quoteName(column.name);
  const compared = /^(>=|<=|!=|=|>|<)\s*(.*)$/s.exec(trimmed);
  if (!compared) return [`contains(lower(CAST(${cell} AS VARCHAR)), lower(${quoteText(trimmed)}))`];
  const [, sign, value = ''] = compared;
  const operator = sign === '!=' ? 'IS DISTINCT FROM' : sign;
  if (!isNumber(column.type)) return [`CAST(${cell} AS VARCHAR) ${operator} ${quoteText(value)}`];
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number))
    throw new EngineError('invalid_input', `“${value}” is no number to compare ${name} with.`, { column: name });
  return [`${cell} ${operator} ${number}`];
}

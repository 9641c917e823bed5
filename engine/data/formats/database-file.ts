import { EngineError } from '#contract/errors';
import { withMemoryDatabase } from '../memory-database.ts';
import type { Session } from '../session.ts';
import { quoteName, quotePath, quoteText } from '../sql.ts';
import { type Format, type FormatFile, hasEnding, startsWith } from './format.ts';
import { parquetReading, typedSample } from './parquet.ts';
import { holdsNothing } from './text.ts';

type Kind = 'duckdb' | 'sqlite' | 'postgres';

const kindNames: Record<Kind, string> = { duckdb: 'DuckDB', sqlite: 'SQLite', postgres: 'Postgres' };

/** Whether a path is the address of a Postgres server and no file. */
export const isPostgres = (path: string): boolean => /^postgres(ql)?:\/\//i.test(path);

function kindOf({ path, head, name }: FormatFile): Kind | null {
  if (isPostgres(path)) return 'postgres';
  if (startsWith(head, 'SQLite format 3')) return 'sqlite';
  // DuckDB's files begin with a checksum.
  if (Buffer.from(head.bytes.subarray(8, 12)).toString('latin1') === 'DUCK') return 'duckdb';
  return /\.(duckdb|ddb)$/.test(name) ? 'duckdb' : /\.sqlite3?$/.test(name) ? 'sqlite' : null;
}

/** The address of a database without what is secret in it. */
export const withoutPassword = (path: string): string => (isPostgres(path) ? path.replace(/\/\/[^@/]*@/, '//') : path);

/** Attaches another database as `other`, to be read only. SQLite and Postgres need an extension that DuckDB fetches once. */
async function attach(session: Session, path: string, kind: Kind): Promise<void> {
  const shown = withoutPassword(path);
  if (kind !== 'duckdb') {
    try {
      await session.run(`INSTALL ${kind}`);
      await session.run(`LOAD ${kind}`);
    } catch (error) {
      throw new EngineError(
        'unsupported',
        `${shown} is a ${kindNames[kind]} database, for which DuckDB needs its ${kind} extension, and that cannot be had on this machine: it is fetched from the network once, by DuckDB itself. Connect and try again, or export the table as CSV or Parquet.`,
        { file: shown, extension: kind },
        { cause: error },
      );
    }
  }
  try {
    const how = kind === 'duckdb' ? '' : `TYPE ${kind}, `;
    await session.run(`ATTACH ${quoteText(path)} AS other (${how}READ_ONLY)`);
  } catch (error) {
    const said = (error as Error).message.split('\n')[0] as string;
    const used = /lock|already attached|in use/i.test(said);
    throw new EngineError(
      used ? 'conflict' : 'unreadable_file',
      used
        ? `${shown} is open in another program, or in this one. Close it there and try again.`
        : `${shown} cannot be opened as a ${kindNames[kind]} database: ${withoutPassword(said)}. Check it and try again.`,
      { file: shown },
      { cause: error },
    );
  }
}

/** The table that was asked for, or the only one that there is. */
async function tableOf(session: Session, path: string, wanted: string | undefined): Promise<string> {
  const tables = await session.rows<{ place: string; name: string; whole: string }>(
    `SELECT table_name AS name, table_schema || '.' || table_name AS whole, table_schema AS place FROM information_schema.tables
     WHERE table_catalog = 'other' AND table_schema NOT IN ('information_schema', 'pg_catalog') ORDER BY whole`,
  );
  const found = wanted === undefined ? tables : tables.filter(({ name, whole }) => name === wanted || whole === wanted);
  const [table] = found;
  if (table !== undefined && found.length === 1) return `other.${quoteName(table.place)}.${quoteName(table.name)}`;
  const names = tables.map(({ name, whole, place }) => (place === 'main' || place === 'public' ? name : whole));
  const shown = withoutPassword(path);
  if (tables.length === 0) throw holdsNothing(shown, 'the database has no tables');
  throw new EngineError(
    'bad_data',
    `${shown} ${wanted === undefined ? `has ${tables.length} tables` : `has no table “${wanted}”`}: name one of ${names.slice(0, 30).join(', ')} with --table.`,
    { file: shown, tables: names },
  );
}

/** A table of another database, copied as Parquet: it is read once, and nothing of it stays open. */
export const databaseFile: Format = {
  id: 'database',
  label: 'DuckDB, SQLite or Postgres',
  endings: ['.duckdb', '.ddb', '.sqlite', '.sqlite3'],
  claims: (file) => hasEnding(databaseFile, file.name) || kindOf(file) !== null,
  async open(file) {
    const { path, options } = file;
    const kind = kindOf(file) ?? 'duckdb';
    if (kind !== 'postgres' && file.head.bytes.length === 0) throw holdsNothing(path, 'it is empty');
    const withTable = <T>(use: (session: Session, table: string) => Promise<T>): Promise<T> =>
      withMemoryDatabase(async (session) => {
        await attach(session, path, kind);
        return use(session, await tableOf(session, path, options.table));
      });
    return withTable(async (session, table) => {
      const { timeColumns, names, sample } = await typedSample(session, table);
      if (sample.length === 0) throw holdsNothing(withoutPassword(path), 'the table has no rows');
      return {
        reading: parquetReading(timeColumns),
        names,
        sample,
        header: true,
        expectedRows: kind === 'duckdb' ? await session.number(`SELECT count(*) FROM ${table}`) : undefined,
        prepare: (target) =>
          withTable(async (other, chosen) => {
            await other.run(`COPY (FROM ${chosen}) TO ${quotePath(target)} (FORMAT parquet)`);
          }),
      };
    });
  },
};

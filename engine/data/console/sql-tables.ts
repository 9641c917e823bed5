import type { SqlColumn } from '#contract/sql';
import type { Database } from '../database.ts';

/** Tables that people read, with their columns, and the functions there are. The workbench's book-keeping comes last. */
export function tablesForCompletion(db: Database): Promise<{ tables: { name: string; columns: SqlColumn[] }[]; functions: string[] }> {
  return db.read(async (session) => {
    const rows = await session.rows<{ place: string; name: string; type: string }>(
      `SELECT table_name AS place, column_name AS "name", data_type AS "type" FROM duckdb_columns()
       WHERE database_name = current_database() AND NOT internal AND table_name NOT LIKE 'undo_%' ESCAPE '' AND table_name NOT LIKE 'import_%' ESCAPE ''
       ORDER BY table_name, column_index`,
    );
    const tables = new Map<string, SqlColumn[]>();
    for (const { place, name, type } of rows) tables.set(place, [...(tables.get(place) ?? []), { name, type }]);
    const first = ['interactions', 'users', 'items', 'event_types'];
    const rank = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length);
    const functions = await session.rows<{ name: string }>(
      "SELECT DISTINCT function_name AS \"name\" FROM duckdb_functions() WHERE function_type IN ('scalar', 'aggregate', 'macro') AND regexp_matches(function_name, '^[a-z][a-z0-9_]*$') ORDER BY 1",
    );
    return {
      tables: [...tables].map(([name, columns]) => ({ name, columns })).sort((a, b) => rank(a.name) - rank(b.name)),
      functions: functions.map(({ name }) => name),
    };
  });
}

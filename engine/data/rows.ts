import type { TablePage } from '#contract/data';
import { toCell } from './cells.ts';
import type { Database } from './database.ts';
import { derivedEventId } from './event-id.ts';
import { storedKinds } from './import-entities.ts';
import { placesNewestFirst } from './newest-first.ts';
import { quoteName } from './sql.ts';

export type TableName = 'interactions' | 'users' | 'items' | 'rejects';

const fixedColumns = {
  interactions: [
    ['event_id', 'id'],
    ['user_id', 'id'],
    ['item_id', 'id'],
    ['event_type', 'category'],
    ['value', 'number'],
    ['timestamp', 'timestamp'],
    ['session_id', 'id'],
    ['context', 'json'],
  ],
  rejects: [
    ['file', 'text'],
    ['line', 'number'],
    ['column', 'text'],
    ['reason', 'text'],
    ['raw', 'text'],
  ],
} as const;

/** Up to here a window is cheaper to find anew. */
const shallow = 2000;

/** A window of a table: interactions newest first, users and items by id, rejects by file and line. */
export async function readRows(db: Database, input: { table: TableName; offset: number; limit: number }): Promise<TablePage> {
  const { table, offset, limit } = input;
  // The first windows are found at once; for those further down the order is kept.
  const places = table === 'interactions' && offset > shallow ? await placesNewestFirst(db, offset, limit) : null;
  return db.read(async (session) => {
    const total = await session.number(`SELECT count(*) FROM ${table}`);
    let columns: { name: string; type: string }[];
    let sql: string;
    if (table === 'interactions') {
      columns = fixedColumns.interactions.map(([name, type]) => ({ name, type }));
      // The rows are chosen by their place first, so that only those of the window are read whole.
      sql = `SELECT coalesce(event_id, ${derivedEventId}) AS event_id, user_id, item_id, event_type, value, timestamp, session_id, context FROM interactions
        WHERE rowid IN (${
          places
            ? `SELECT unnest(CAST([${places.join(', ')}] AS BIGINT[]))`
            : `SELECT rowid FROM interactions ORDER BY timestamp DESC NULLS LAST, rowid DESC LIMIT ${limit} OFFSET ${offset}`
        })
        ORDER BY timestamp DESC NULLS LAST, rowid DESC`;
    } else if (table === 'rejects') {
      columns = fixedColumns.rejects.map(([name, type]) => ({ name, type }));
      sql = `SELECT file, line, column_name, reason, raw FROM rejects ORDER BY import_id DESC, line, rowid LIMIT ${limit} OFFSET ${offset}`;
    } else {
      const id = table === 'users' ? 'user_id' : 'item_id';
      const kinds = await storedKinds(session, table);
      columns = [{ name: id, type: 'id' }, ...[...kinds].map(([name, type]) => ({ name, type }))];
      sql = `SELECT ${columns.map((column) => quoteName(column.name)).join(', ')} FROM ${table} ORDER BY ${id} LIMIT ${limit} OFFSET ${offset}`;
    }
    const rows = await session.rows(sql);
    return { columns, rows: rows.map((row) => Object.values(row).map(toCell)), offset, total };
  });
}

import type { UserExport } from '#contract/api/user-routes';
import type { Database } from './database.ts';
import { dropIncoming, exists, incoming } from './incoming.ts';
import type { Row, Session } from './session.ts';
import { quoteName } from './sql.ts';

interface InteractionRow extends Row {
  event_id: string | null;
  item_id: string;
  event_type: string;
  value: number | null;
  timestamp: Date | null;
  session_id: string | null;
  context: string | null;
}

function contextOf(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What the tables hold of a user; null where they do not know them. */
export function readUserRows(db: Database, userId: string): Promise<Pick<UserExport, 'interactions' | 'attributes'> | null> {
  return db.read(async (session) => {
    const rows = await session.rows<InteractionRow>(
      `SELECT event_id, item_id, event_type, value, timestamp, session_id, context FROM interactions WHERE user_id = $1 ORDER BY timestamp, rowid`,
      [userId],
    );
    const [described] = await session.rows<{ all: string }>('SELECT CAST(to_json(u) AS VARCHAR) AS "all" FROM users u WHERE user_id = $1', [
      userId,
    ]);
    if (rows.length === 0 && !described) return null;
    const { user_id: _, ...attributes } = JSON.parse(described?.all ?? '{}') as Record<string, unknown>;
    const interactions = rows.map((row) => ({
      ...row,
      timestamp: row.timestamp?.toISOString() ?? null,
      context: contextOf(row.context),
    }));
    return { interactions, attributes };
  });
}

/** Tables that have users in a column: the workspace's own, those that fixes and imports keep to be undone, and those that somebody made. */
async function tablesOfUsers(session: Session): Promise<{ table: string; column: string }[]> {
  const found = await session.rows<{ table: string; column: string }>(
    `SELECT table_name AS "table", column_name AS "column" FROM duckdb_columns()
     WHERE database_name = current_database() AND NOT internal AND data_type = 'VARCHAR' AND table_name IN (SELECT table_name FROM duckdb_tables())
       AND (column_name = 'user_id' OR (table_name = 'oracle_users' AND column_name = 'id'))`,
  );
  const fixes = await session.rows<{ fix_id: number; detail: string | null }>(
    'SELECT fix_id, detail FROM quality_fixes WHERE detail IS NOT NULL',
  );
  for (const { fix_id, detail } of fixes)
    if ((JSON.parse(detail ?? '{}') as { entity?: string }).entity === 'users')
      found.push({ table: `undo_attribute_${fix_id}`, column: 'id' });
  return found.filter(({ table }) => table !== incoming);
}

/** Where lines that were refused name the user as a word of its own, the line is taken out and its number and reason stay. */
async function clearRejects(session: Session, userId: string): Promise<void> {
  // As it is, and as JSON and CSV write it.
  for (const spelling of new Set([userId, JSON.stringify(userId).slice(1, -1), userId.replaceAll('"', '""')])) {
    const names = (column: string): string =>
      `(contains(${column}, $1) AND regexp_matches(${column}, '(^|[^\\pL\\pN_])' || regexp_escape($1) || '($|[^\\pL\\pN_])'))`;
    await session.run(
      `UPDATE rejects SET reason = CASE WHEN ${names('reason')} THEN 'refused; the line was erased' ELSE reason END, raw = CASE WHEN ${names('raw')} THEN NULL ELSE raw END
       WHERE ${names('raw')} OR ${names('reason')}`,
      [spelling],
    );
  }
}

/** Deletes a user's rows in all tables, within the transaction of the session, and says how many. A stopped import is read from its start. */
export async function deleteUserRows(session: Session, userId: string, which: 'all' | 'imported' = 'all'): Promise<number> {
  let rows = 0;
  if (await exists(session, incoming)) await dropIncoming(session);
  for (const { table, column } of await tablesOfUsers(session)) {
    // What the server reads from its log meanwhile is of somebody new.
    const kept = which === 'imported' && table === 'interactions' ? ' AND import_id IS NOT NULL' : '';
    const where = `WHERE ${quoteName(column)} = $1${kept}`;
    const count = await session.number(`SELECT count(*) FROM ${quoteName(table)} ${where}`, [userId]);
    if (count > 0) await session.run(`DELETE FROM ${quoteName(table)} ${where}`, [userId]);
    rows += count;
  }
  await clearRejects(session, userId);
  return rows;
}

import type { Session } from './session.ts';

/**
 * What an import has read lies in a table of its own until all of it is there: a long import holds no lock, a stop leaves the interactions as they were, and a first
 * import's table becomes the table of interactions without being written twice.
 */
export const incoming = 'import_incoming';

/** SQL of what tells a row that broke a rule: it has no user. */
export const isBroken = "user_id = ''";

/** Makes the table, with the columns of the interactions, where it is not there. */
export async function createIncoming(session: Session): Promise<void> {
  if (await exists(session, incoming)) return;
  const { sql } = await session.row<{ sql: string }>(
    "SELECT sql FROM duckdb_tables() WHERE table_name = 'interactions' AND database_name = current_database() AND NOT temporary",
  );
  await session.run(sql.replace(/^CREATE TABLE \w+/, `CREATE TABLE ${incoming}`));
}

export async function exists(session: Session, table: string): Promise<boolean> {
  const sql = 'SELECT count(*) FROM duckdb_tables() WHERE table_name = $1 AND database_name = current_database() AND NOT temporary';
  return (await session.number(sql, [table])) > 0;
}

/** Forgets what was read and not stored. */
export async function dropIncoming(session: Session): Promise<void> {
  await session.run(`DROP TABLE IF EXISTS ${incoming}`);
  await session.run('DELETE FROM import_staged');
  await session.run('DELETE FROM import_rejects');
}

/** What makes two interactions the same: the event id where there is one, else all that they say. */
export const contentColumns = ['user_id', 'item_id', 'event_type', 'timestamp', 'value', 'session_id'];
const hashed = `CASE WHEN event_id IS NULL THEN hash(${contentColumns.join(', ')}) ELSE hash(event_id) END`;

export interface StoredCounts {
  accepted: number;
  duplicates: number;
}

export type Counts = Map<number, StoredCounts>;

/**
 * Takes out of what was read what broke a rule and what stands there twice: of rows that are the same the first stays. Gives the counts of each import. A transaction
 * of its own, and only where there are no interactions yet: a table that loses rows and is renamed in one transaction is lost, with all that follows, when DuckDB
 * (1.5.5) has to read its log after a crash.
 */
export async function settleIncoming(session: Session): Promise<Counts | null> {
  if ((await session.number('SELECT count(*) FROM interactions')) > 0) return null;
  await session.run('CREATE OR REPLACE TEMP TABLE left_out (place BIGINT, import_id INTEGER, kept_of INTEGER)');
  await leaveOutRepeats(session);
  const counts = await countIncoming(session);
  await session.run(`DELETE FROM ${incoming} WHERE ${isBroken} OR rowid IN (SELECT place FROM left_out)`);
  await session.run('DROP TABLE left_out');
  return counts;
}

/**
 * Moves what was read into the interactions, each once: of rows that are the same the first, and none that is there already. Gives the counts of each import.
 * `settled`: what `settleIncoming` gave, where it was called. Nothing may have been deleted in this transaction where there is nothing to be kept.
 */
export async function storeIncoming(session: Session, settled: Counts | null): Promise<Counts> {
  if (settled !== null && (await session.number('SELECT count(*) FROM interactions')) === 0) {
    await session.run('DROP TABLE interactions');
    await session.run(`ALTER TABLE ${incoming} RENAME TO interactions`);
    return settled;
  }
  await session.run('CREATE OR REPLACE TEMP TABLE left_out (place BIGINT, import_id INTEGER, kept_of INTEGER)');
  await leaveOutRepeats(session);
  await leaveOutKnown(session);
  const counts = await countIncoming(session);
  await session.run(
    `INSERT INTO interactions SELECT * FROM ${incoming} WHERE NOT (${isBroken}) AND rowid NOT IN (SELECT place FROM left_out) ORDER BY rowid`,
  );
  await session.run('DROP TABLE left_out');
  for (const [id, before] of settled ?? []) {
    const now = counts.get(id) ?? { accepted: 0, duplicates: 0 };
    counts.set(id, { accepted: now.accepted, duplicates: now.duplicates + before.duplicates });
  }
  return counts;
}

/** The counts of each import; notes which imports have rows in common. */
async function countIncoming(session: Session): Promise<Counts> {
  const rows = await session.rows<{ import_id: number; good: number; left_out: number }>(
    `SELECT g.import_id, CAST(g.good AS DOUBLE) AS good, CAST(coalesce(l.left_out, 0) AS DOUBLE) AS left_out
     FROM (SELECT import_id, count(*) AS good FROM ${incoming} WHERE NOT (${isBroken}) GROUP BY import_id) g
     LEFT JOIN (SELECT import_id, count(DISTINCT place) AS left_out FROM left_out GROUP BY import_id) l USING (import_id)`,
  );
  await session.run(
    'INSERT INTO import_overlaps SELECT DISTINCT import_id, kept_of FROM left_out WHERE kept_of IS NOT NULL AND kept_of <> import_id',
  );
  return new Map(rows.map((row) => [row.import_id, { accepted: row.good - row.left_out, duplicates: row.left_out }]));
}

/** Rows that stand in what was read before. */
async function leaveOutRepeats(session: Session): Promise<void> {
  await session.run(
    `CREATE OR REPLACE TEMP TABLE meeting AS SELECT ${hashed} AS hashed FROM ${incoming} WHERE NOT (${isBroken}) GROUP BY hashed HAVING count(*) > 1`,
  );
  if ((await session.number('SELECT count(*) FROM meeting')) > 0) {
    const content = contentColumns.map((name) => `CASE WHEN event_id IS NULL THEN ${name} END`);
    await session.run(
      `INSERT INTO left_out SELECT place, import_id, first_value(import_id) OVER (PARTITION BY event_id, ${content.join(', ')} ORDER BY place)
       FROM (SELECT rowid AS place, * FROM ${incoming} WHERE NOT (${isBroken}) AND ${hashed} IN (SELECT hashed FROM meeting))
       QUALIFY row_number() OVER (PARTITION BY event_id, ${content.join(', ')} ORDER BY place) > 1`,
    );
  }
  await session.run('DROP TABLE meeting');
}

/** Rows that are among the interactions. */
async function leaveOutKnown(session: Session): Promise<void> {
  await session.run(
    `CREATE OR REPLACE TEMP TABLE meeting AS SELECT DISTINCT hashed FROM (SELECT ${hashed} AS hashed FROM interactions)
     WHERE hashed IN (SELECT ${hashed} FROM ${incoming} WHERE NOT (${isBroken}))`,
  );
  if ((await session.number('SELECT count(*) FROM meeting')) > 0) {
    const same = contentColumns.map((name) => `stored.${name} IS NOT DISTINCT FROM fresh.${name}`).join(' AND ');
    const meeting = (table: string, where: string): string =>
      `(SELECT *, rowid AS place, ${hashed} AS hashed FROM ${table} WHERE ${where} ${hashed} IN (SELECT hashed FROM meeting))`;
    await session.run(
      `INSERT INTO left_out SELECT DISTINCT fresh.place, fresh.import_id, stored.import_id
       FROM ${meeting(incoming, `NOT (${isBroken}) AND`)} fresh JOIN ${meeting('interactions', '')} stored
       ON stored.hashed = fresh.hashed AND stored.event_id IS NOT DISTINCT FROM fresh.event_id AND (fresh.event_id IS NOT NULL OR (${same}))`,
    );
  }
  await session.run('DROP TABLE meeting');
}

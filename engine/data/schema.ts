import { EngineError } from '#contract/errors';
import type { Session } from './session.ts';

/**
 * Step n makes version n + 1 of the tables. Steps are never changed once released: a new need is a new step.
 * `interactions.event_id` is NULL where the source gave none; its identity is then what it says (see `derivedEventId`).
 */
const migrations: string[][] = [
  [
    `CREATE TABLE interactions (event_id VARCHAR, user_id VARCHAR NOT NULL, item_id VARCHAR NOT NULL, event_type VARCHAR NOT NULL,
       value DOUBLE, timestamp TIMESTAMP, session_id VARCHAR, context VARCHAR, import_id INTEGER)`,
    'CREATE TABLE users (user_id VARCHAR NOT NULL)',
    'CREATE TABLE items (item_id VARCHAR NOT NULL)',
    'CREATE TABLE attributes (entity VARCHAR NOT NULL, name VARCHAR NOT NULL, kind VARCHAR NOT NULL)',
    'CREATE TABLE event_types (event_type VARCHAR NOT NULL, weight DOUBLE NOT NULL)',
    'CREATE TABLE rejects (import_id INTEGER, file VARCHAR NOT NULL, line BIGINT, column_name VARCHAR, reason VARCHAR NOT NULL, raw VARCHAR)',
    `CREATE TABLE imports (import_id INTEGER NOT NULL, path VARCHAR NOT NULL, entity VARCHAR NOT NULL, format VARCHAR NOT NULL,
       size_bytes BIGINT NOT NULL, sha256 VARCHAR NOT NULL, rows_read BIGINT NOT NULL, accepted BIGINT NOT NULL, rejected BIGINT NOT NULL,
       duplicates BIGINT NOT NULL, seconds DOUBLE NOT NULL, imported_at TIMESTAMP NOT NULL, mapping VARCHAR NOT NULL)`,
    'CREATE TABLE event_log_position (file BIGINT NOT NULL, byte_offset BIGINT NOT NULL, line BIGINT NOT NULL)',
    'CREATE TABLE oracle_users (id VARCHAR NOT NULL, vector FLOAT[] NOT NULL)',
    'CREATE TABLE oracle_items (id VARCHAR NOT NULL, vector FLOAT[] NOT NULL)',
  ],
  [
    // What an import has read and not stored yet (`staging.ts`), and what it remembers.
    `CREATE TABLE import_staged (import_id INTEGER NOT NULL, source VARCHAR NOT NULL, size_bytes BIGINT NOT NULL, modified_ms DOUBLE NOT NULL,
       sha256 VARCHAR NOT NULL, row_count BIGINT NOT NULL, rejected BIGINT NOT NULL, seconds DOUBLE NOT NULL)`,
    'CREATE TABLE import_rejects (import_id INTEGER, file VARCHAR NOT NULL, line BIGINT, column_name VARCHAR, reason VARCHAR NOT NULL, raw VARCHAR)',
    'CREATE TABLE import_numbers (last INTEGER NOT NULL)',
    'INSERT INTO import_numbers SELECT coalesce(max(import_id), 0) FROM imports',
    // Rows that were duplicates of an import that was undone since are missing: the same bytes are read again.
    'ALTER TABLE imports ADD COLUMN incomplete BOOLEAN DEFAULT false',
    // What the attributes were before an import of users or items; their table is kept as undo_<number>.
    'ALTER TABLE imports ADD COLUMN attributes_before VARCHAR',
    // What of the reading changes rows beside the mapping: a zone, what the path says.
    'ALTER TABLE imports ADD COLUMN reading VARCHAR',
    // Which imports had rows that counted as duplicates of which.
    'CREATE TABLE import_overlaps (import_id INTEGER NOT NULL, earlier INTEGER NOT NULL)',
    'CREATE TABLE mappings (format VARCHAR NOT NULL, columns VARCHAR NOT NULL, mapping VARCHAR NOT NULL)',
    // Live sources (`live/`), and how far each has been read: stored together with what was read.
    `CREATE TABLE live_sources (source_id INTEGER NOT NULL, name VARCHAR NOT NULL, setting VARCHAR NOT NULL, mapping VARCHAR NOT NULL, rows_read BIGINT NOT NULL,
       accepted BIGINT NOT NULL, rejected BIGINT NOT NULL, duplicates BIGINT NOT NULL, last_at TIMESTAMP)`,
    'CREATE TABLE live_positions (source_id INTEGER NOT NULL, part VARCHAR NOT NULL, position VARCHAR NOT NULL)',
    // What was mended (`quality/fixes.ts`): rows as they were, and as they became where they were not taken out.
    'CREATE TABLE quality_fixes (fix_id INTEGER NOT NULL, check_id VARCHAR NOT NULL, label VARCHAR NOT NULL, row_count BIGINT NOT NULL, made_at TIMESTAMP NOT NULL, detail VARCHAR)',
    `CREATE TABLE quality_before (fix_id INTEGER NOT NULL, place BIGINT NOT NULL, event_id VARCHAR, user_id VARCHAR NOT NULL, item_id VARCHAR NOT NULL,
       event_type VARCHAR NOT NULL, value DOUBLE, timestamp TIMESTAMP, session_id VARCHAR, context VARCHAR, import_id INTEGER)`,
    `CREATE TABLE quality_after (fix_id INTEGER NOT NULL, place BIGINT NOT NULL, event_id VARCHAR, user_id VARCHAR NOT NULL, item_id VARCHAR NOT NULL,
       event_type VARCHAR NOT NULL, value DOUBLE, timestamp TIMESTAMP, session_id VARCHAR, context VARCHAR, import_id INTEGER)`,
  ],
  [
    // When the newest event that was read was received; NULL where lines of older versions, which do not tell, were all that was read.
    'ALTER TABLE event_log_position ADD COLUMN received_ms DOUBLE',
  ],
];

/** Brings the tables to the newest version, all steps or none. A newer version than this program knows is refused. */
export async function migrate(session: Session, file: string): Promise<void> {
  await session.run('BEGIN');
  try {
    await session.run('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)');
    const version = await session.number('SELECT max(version) FROM schema_version');
    if (version > migrations.length) {
      throw new EngineError(
        'unsupported',
        `${file} was written by a newer Recsmith (data version ${version}; this one knows ${migrations.length}). Update Recsmith to open it.`,
        { file, version, known: migrations.length },
      );
    }
    for (const step of migrations.slice(version)) for (const statement of step) await session.run(statement);
    if (version < migrations.length) {
      await session.run('DELETE FROM schema_version');
      await session.run('INSERT INTO schema_version VALUES ($1)', [migrations.length]);
    }
    await session.run('COMMIT');
  } catch (error) {
    await session.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

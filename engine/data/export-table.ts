import { rename, rm } from 'node:fs/promises';
import type { Database } from './database.ts';
import { quoteText } from './sql.ts';

/**
 * Writes the users or the items with their attributes to a Parquet file, by id: everybody who is known, also those of whom only interactions
 * tell. The file appears whole or not at all.
 */
export async function exportTable(db: Database, table: 'users' | 'items', file: string): Promise<void> {
  const id = table === 'users' ? 'user_id' : 'item_id';
  const staging = `${file}.${process.pid}.tmp`;
  try {
    await db.read((session) =>
      session.run(
        `COPY (SELECT known.${id}, t.* EXCLUDE (${id}) FROM (SELECT ${id} FROM interactions UNION SELECT ${id} FROM ${table}) known
         LEFT JOIN ${table} t USING (${id}) ORDER BY known.${id}) TO ${quoteText(staging)} (FORMAT parquet, COMPRESSION zstd)`,
      ),
    );
    await rename(staging, file);
  } catch (error) {
    await rm(staging, { force: true });
    throw error;
  }
}

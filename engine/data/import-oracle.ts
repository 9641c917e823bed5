import type { Session } from './session.ts';
import { quotePath } from './sql.ts';

/** Stores the vectors of the preference model that data was drawn from: `id,vector`, the numbers of a vector parted by blanks. */
export async function storeOracle(session: Session, files: { users: string; items: string }): Promise<void> {
  for (const table of ['users', 'items'] as const) {
    await session.run(`DELETE FROM oracle_${table}`);
    await session.run(`INSERT INTO oracle_${table} SELECT id, CAST(string_split(vector, ' ') AS FLOAT[])
      FROM read_csv(${quotePath(files[table])}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = {'id': 'VARCHAR', 'vector': 'VARCHAR'})`);
  }
}

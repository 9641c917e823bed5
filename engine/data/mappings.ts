import type { ColumnMapping } from '#contract/data';
import type { Database } from './database.ts';
import type { Session } from './session.ts';
import type { Source } from './source.ts';

const signOf = (names: readonly string[]): string => JSON.stringify([...names].sort());

/** Keeps the mapping that somebody chose for a file, for files with the same columns. */
export async function rememberMapping(session: Session, { format, columns, constants, mapping }: Source): Promise<void> {
  const names = columns.map(({ name }) => name).filter((name) => !Object.hasOwn(constants, name));
  await session.run('DELETE FROM mappings WHERE format = $1 AND columns = $2', [format, signOf(names)]);
  await session.run('INSERT INTO mappings VALUES ($1, $2, $3)', [format, signOf(names), JSON.stringify(mapping)]);
}

/** What was chosen for files of these columns before. */
export async function recallMappings(db: Database): Promise<(format: string, names: readonly string[]) => ColumnMapping | undefined> {
  const rows = await db.read((session) =>
    session.rows<{ format: string; columns: string; mapping: string }>('SELECT format, columns, mapping FROM mappings'),
  );
  const known = new Map(rows.map(({ format, columns, mapping }) => [`${format} ${columns}`, mapping]));
  return (format, names) => {
    const mapping = known.get(`${format} ${signOf(names)}`);
    return mapping === undefined ? undefined : (JSON.parse(mapping) as ColumnMapping);
  };
}

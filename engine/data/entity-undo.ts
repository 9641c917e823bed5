import { EngineError } from '#contract/errors';
import type { ImportRow } from './import-row.ts';
import { exists } from './incoming.ts';
import type { Session } from './session.ts';

/** As the tables of users and items were before so many of the last imports, each of which wrote its table anew. */
const keptTables = 3;

const keptAs = (importId: number): string => `undo_${importId}`;

/** Keeps a table of users or items, and what its attributes are, as an import found it. Gives the attributes, for the list of imports. */
export async function keepForUndo(session: Session, table: 'users' | 'items', importId: number): Promise<string> {
  const attributes = await session.rows('SELECT name, kind FROM attributes WHERE entity = $1', [table]);
  await session.run(`ALTER TABLE ${table} RENAME TO ${keptAs(importId)}`);
  const before = await session.rows<{ import_id: number }>(
    'SELECT import_id FROM imports WHERE entity = $1 AND attributes_before IS NOT NULL ORDER BY import_id DESC',
    [table],
  );
  for (const { import_id } of before.slice(keptTables - 1)) await session.run(`DROP TABLE IF EXISTS ${keptAs(import_id)}`);
  return JSON.stringify(attributes);
}

/** Why an import of users or items cannot be undone now; true where it can. */
export async function canUndoEntities(session: Session, { import_id, entity, accepted }: ImportRow): Promise<true | string> {
  if (Number(accepted) === 0) return true;
  const [later] = await session.rows<{ import_id: number }>(
    'SELECT import_id FROM imports WHERE entity = $1 AND accepted > 0 AND import_id > $2 ORDER BY import_id DESC LIMIT 1',
    [entity, import_id],
  );
  if (later) return `A later import of ${entity} builds on it: undo import-${later.import_id} first.`;
  if (await exists(session, keptAs(import_id))) return true;
  return `The ${entity} as they were before it are not kept any more: only the last ${keptTables} imports of ${entity} can be undone.`;
}

/** Puts a table of users or items back as it was before an import. Throws `conflict` where that cannot be. */
export async function restoreEntities(session: Session, row: ImportRow): Promise<void> {
  const { import_id, entity, attributes_before } = row;
  if (Number(row.accepted) === 0) return;
  const can = await canUndoEntities(session, row);
  if (can !== true) throw new EngineError('conflict', can, { importId: `import-${import_id}` });
  await session.run(`DROP TABLE ${entity}`);
  await session.run(`ALTER TABLE ${keptAs(import_id)} RENAME TO ${entity}`);
  await session.run('DELETE FROM attributes WHERE entity = $1', [entity]);
  for (const { name, kind } of JSON.parse(attributes_before ?? '[]') as { name: string; kind: string }[])
    await session.run('INSERT INTO attributes VALUES ($1, $2, $3)', [entity, name, kind]);
}

import { EngineError } from '#contract/errors';
import type { Database } from './database.ts';
import { restoreEntities } from './entity-undo.ts';
import type { ImportRow } from './import-row.ts';
import type { Session } from './session.ts';

export interface Undone {
  importId: string;
  /** Interactions that went. */
  interactions: number;
  /** Later imports that had rows which counted as duplicates: the same files bring in what is missing now. */
  incomplete: string[];
}

/** Takes an import back: its interactions and rejects, or what it changed of users or items. Throws `not_found`, or `conflict` where later imports build on it. */
export function undoImport(db: Database, importId: string): Promise<Undone> {
  return db.write(async (session) => {
    const number = Number(/^import-(\d+)$/.exec(importId)?.[1] ?? Number.NaN);
    const known = Number.isInteger(number) && (await session.number('SELECT count(*) FROM imports WHERE import_id = $1', [number])) > 0;
    if (!known) throw new EngineError('not_found', `There is no import ${importId}. It may have been undone.`, { importId });
    return removeImport(session, number);
  });
}

/** The same within a transaction. */
export async function removeImport(session: Session, number: number): Promise<Undone> {
  const row = await session.row<ImportRow>('SELECT * FROM imports WHERE import_id = $1', [number]);
  let interactions = 0;
  let incomplete: number[] = [];
  if (row.entity === 'interactions') {
    interactions = await session.number('SELECT count(*) FROM interactions WHERE import_id = $1', [number]);
    await session.run('DELETE FROM interactions WHERE import_id = $1', [number]);
    // What a fix took out of it does not come back with that fix.
    await session.run('DELETE FROM quality_before WHERE import_id = $1', [number]);
    await session.run('DELETE FROM quality_after WHERE import_id = $1', [number]);
    if (interactions > 0) {
      const later = await session.rows<{ import_id: number }>(
        'SELECT DISTINCT import_id FROM import_overlaps WHERE earlier = $1 AND import_id IN (SELECT import_id FROM imports) ORDER BY import_id',
        [number],
      );
      incomplete = later.map(({ import_id }) => import_id);
      for (const id of incomplete) await session.run('UPDATE imports SET incomplete = true WHERE import_id = $1', [id]);
    }
  } else await restoreEntities(session, row);
  await session.run('DELETE FROM import_overlaps WHERE import_id = $1 OR earlier = $1', [number]);
  await session.run('DELETE FROM rejects WHERE import_id = $1', [number]);
  await session.run('DELETE FROM imports WHERE import_id = $1', [number]);
  return { importId: `import-${number}`, interactions, incomplete: incomplete.map((id) => `import-${id}`) };
}

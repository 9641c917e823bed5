import type { Session } from './session.ts';

/** What tells one state of the data from another, without reading it. Changes of rows that leave their number as it is do not show: who makes them tells. */
export async function stateOf(session: Session): Promise<string> {
  const [row] = await session.rows(
    `SELECT (SELECT count(*) FROM interactions)::VARCHAR AS interactions, (SELECT max(rowid) FROM interactions)::VARCHAR AS last, (SELECT last FROM import_numbers)::VARCHAR AS imports,
       (SELECT count(*) FROM imports)::VARCHAR AS kept, (SELECT count(*) FROM items)::VARCHAR AS items, (SELECT coalesce(max(fix_id), 0) FROM quality_fixes)::VARCHAR AS fixes`,
  );
  return Object.values(row ?? {}).join(' ');
}

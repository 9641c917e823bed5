import { defaultEventWeights } from '#contract/data';
import type { Database } from './database.ts';
import type { Session } from './session.ts';

/** Given weights hold; types that have none yet get the default, or 1. */
export async function storeWeights(session: Session, given: Record<string, number>): Promise<void> {
  const types = await session.rows<{ event_type: string }>(
    'SELECT DISTINCT event_type FROM interactions WHERE event_type NOT IN (SELECT event_type FROM event_types)',
  );
  for (const { event_type: type } of types) {
    const weight = Object.hasOwn(defaultEventWeights, type) ? defaultEventWeights[type] : 1;
    await session.run('INSERT INTO event_types VALUES ($1, CAST($2 AS DOUBLE))', [type, weight ?? 1]);
  }
  for (const [type, weight] of Object.entries(given)) {
    await session.run('DELETE FROM event_types WHERE event_type = $1', [type]);
    await session.run('INSERT INTO event_types VALUES ($1, CAST($2 AS DOUBLE))', [type, weight]);
  }
}

/** The weight of every event type of the workspace. */
export async function readWeights(db: Database): Promise<Record<string, number>> {
  const rows = await db.read((session) =>
    session.rows<{ event_type: string; weight: number }>('SELECT event_type, weight FROM event_types ORDER BY event_type'),
  );
  return Object.fromEntries(rows.map(({ event_type, weight }) => [event_type, weight]));
}

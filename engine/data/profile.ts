import type { ColumnProfile, DataProfile } from '#contract/data';
import { giniOfItems, profileColumn } from './column-profile.ts';
import type { Database } from './database.ts';
import { countAll } from './entities.ts';
import { storedKinds } from './import-entities.ts';

/** Counts, event types, how uneven items are, and what each column holds. */
export function readProfile(db: Database): Promise<DataProfile> {
  return db.read(async (session) => {
    const facts = await session.row<{ interactions: number; pairs: number; first: Date | null; last: Date | null }>(
      `SELECT CAST(count(*) AS DOUBLE) AS interactions, CAST(count(DISTINCT (user_id, item_id)) AS DOUBLE) AS pairs,
         min(timestamp) AS first, max(timestamp) AS last FROM interactions`,
    );
    const { users, items } = await countAll(session);
    const eventTypes = await session.rows<{ type: string; count: number; weight: number }>(
      `SELECT event_type AS "type", CAST(count(*) AS DOUBLE) AS "count", coalesce(any_value(weight), 1) AS weight
       FROM interactions LEFT JOIN event_types USING (event_type) GROUP BY event_type ORDER BY 2 DESC, 1`,
    );
    const columns: ColumnProfile[] = [];
    for (const name of ['user_id', 'item_id', 'event_type', 'value', 'timestamp', 'session_id']) {
      columns.push(await profileColumn(session, 'interactions', name, fixedTypes[name] ?? 'id'));
    }
    for (const table of ['users', 'items'] as const) {
      columns.push(await profileColumn(session, table, table === 'users' ? 'user_id' : 'item_id', 'id'));
      for (const [name, kind] of await storedKinds(session, table)) columns.push(await profileColumn(session, table, name, kind));
    }
    return {
      users,
      items,
      interactions: facts.interactions,
      density: users * items === 0 ? 0 : facts.pairs / (users * items),
      firstAt: facts.first?.toISOString() ?? null,
      lastAt: facts.last?.toISOString() ?? null,
      eventTypes,
      itemGini: await giniOfItems(session),
      columns,
    };
  });
}

const fixedTypes: Record<string, string> = { event_type: 'category', value: 'number', timestamp: 'timestamp' };

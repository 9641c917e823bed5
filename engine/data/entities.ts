import { toAttribute } from './cells.ts';
import type { Database } from './database.ts';
import { storedKinds } from './import-entities.ts';
import type { Session } from './session.ts';
import { quoteName } from './sql.ts';

/** How many users and items are known, by interactions or by attributes, and how many interactions. */
export function countEntities(db: Database): Promise<{ users: number; items: number; interactions: number }> {
  return db.read(countAll);
}

/** The same, for work that has a session already. */
export async function countAll(session: Session): Promise<{ users: number; items: number; interactions: number }> {
  return {
    users: await session.number('SELECT count(*) FROM (SELECT user_id FROM interactions UNION SELECT user_id FROM users)'),
    items: await session.number('SELECT count(*) FROM (SELECT item_id FROM interactions UNION SELECT item_id FROM items)'),
    interactions: await session.number('SELECT count(*) FROM interactions'),
  };
}

/** So large a share of interactions has to have a time where they are split by it. */
export const leastTimed = 0.99;

/** Whether interactions have times to split by: at least two different ones, and no more than one in a hundred without. */
export async function hasTimestamps(db: Database): Promise<boolean> {
  const { all, timed, different } = await db.read((session) =>
    session.row<{ all: bigint; timed: bigint; different: boolean | null }>(
      'SELECT count(*) AS "all", count(timestamp) AS timed, min(timestamp) < max(timestamp) AS different FROM interactions',
    ),
  );
  return different === true && Number(timed) >= leastTimed * Number(all);
}

/** Users whose id starts with a text, the most active first. */
export function searchUsers(db: Database, prefix: string, limit: number): Promise<{ userId: string; interactions: number }[]> {
  return db.read((session) =>
    session.rows<{ userId: string; interactions: number }>(
      `SELECT user_id AS "userId", CAST(count(item_id) AS DOUBLE) AS interactions
       FROM (SELECT user_id, item_id FROM interactions WHERE starts_with(user_id, $1) UNION ALL SELECT user_id, NULL FROM users WHERE starts_with(user_id, $1))
       GROUP BY user_id ORDER BY interactions DESC, user_id LIMIT ${Math.trunc(limit)}`,
      [prefix],
    ),
  );
}

/** Ids of items that have a text in their id or in an attribute in words, whatever its case; the most used first. */
export function searchItems(db: Database, text: string, limit: number): Promise<string[]> {
  return db.read(async (session) => {
    const kinds = await storedKinds(session, 'items');
    const worded = [...kinds].flatMap(([name, kind]) => (kind === 'text' || kind === 'category' ? [`e.${quoteName(name)}`] : []));
    const matches = ['i.item_id', ...worded].map((column) => `contains(lower(${column}), lower($1))`).join(' OR ');
    const rows = await session.rows<{ item_id: string }>(
      `SELECT i.item_id FROM (SELECT item_id, count(*) AS n FROM interactions GROUP BY item_id UNION ALL SELECT item_id, 0 FROM items) i
       LEFT JOIN items e ON e.item_id = i.item_id WHERE ${matches}
       GROUP BY i.item_id ORDER BY max(i.n) DESC, i.item_id LIMIT ${Math.trunc(limit)}`,
      [text],
    );
    return rows.map((row) => row.item_id);
  });
}

export interface HistoryEntry {
  itemId: string;
  eventType: string;
  value: number | null;
  /** ISO 8601 in UTC. */
  timestamp: string | null;
}

/** What a user did, newest first. */
export function readHistory(db: Database, userId: string, limit: number): Promise<HistoryEntry[]> {
  return db.read(async (session) => {
    const rows = await session.rows<{ item_id: string; event_type: string; value: number | null; timestamp: Date | null }>(
      `SELECT item_id, event_type, value, timestamp FROM interactions WHERE user_id = $1
       ORDER BY timestamp DESC NULLS LAST, rowid DESC LIMIT ${Math.trunc(limit)}`,
      [userId],
    );
    return rows.map((row) => ({
      itemId: row.item_id,
      eventType: row.event_type,
      value: row.value,
      timestamp: row.timestamp?.toISOString() ?? null,
    }));
  });
}

/** Attributes by id, for those that have any; what is not known of one is left out. */
export function readAttributes(db: Database, table: 'users' | 'items', ids: string[]): Promise<Map<string, Record<string, unknown>>> {
  return db.read(async (session) => {
    const id = table === 'users' ? 'user_id' : 'item_id';
    const names = [...(await storedKinds(session, table)).keys()];
    const found = new Map<string, Record<string, unknown>>();
    if (ids.length === 0 || names.length === 0) return found;
    const rows = await session.rows(
      `SELECT ${[id, ...names].map(quoteName).join(', ')} FROM ${table} WHERE ${id} IN (SELECT unnest(from_json($1, '["VARCHAR"]')))`,
      [JSON.stringify(ids)],
    );
    for (const row of rows) {
      // Values by place: a name such as __proto__ is no safe key of the row object.
      const [key, ...values] = Object.values(row);
      const known = names.map((name, index) => [name, toAttribute(values[index])] as const).filter(([, value]) => value !== null);
      found.set(String(key), Object.fromEntries(known));
    }
    return found;
  });
}

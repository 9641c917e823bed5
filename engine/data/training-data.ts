import { createHash } from 'node:crypto';
import type { Selection } from '#contract/run';
import type { EntityFeatures, Interactions, Matrix } from '../math/arrays.ts';
import { readNumbers, readTexts } from './column-buffers.ts';
import type { Database } from './database.ts';
import { type EntityTimes, readFeatures, readTimes } from './entity-features.ts';
import { readEventsThrough } from './event-log.ts';
import type { Session } from './session.ts';
import { quoteText } from './sql.ts';

export interface TrainingData {
  /** Every user of the interactions and of the users table, by the bytes of the id; the position is the user's row. */
  userIds: string[];
  /** Every item of the interactions and of the items table, likewise: the catalogue, items that nobody touched included. */
  itemIds: string[];
  /** The positive ones, in the order of time; where times are equal or unknown, of import. */
  interactions: Interactions;
  userFeatures: EntityFeatures;
  itemFeatures: EntityFeatures;
  /** Attributes that are times: no features, but they tell when a row was known. */
  userTimes: EntityTimes[];
  itemTimes: EntityTimes[];
  oracle: { users: Matrix; items: Matrix } | null;
  /** SHA-256 over ids, interactions and features. */
  fingerprint: string;
  /** Which events from a server are among them: those that were received up to here. Absent where that is not known, as of other tables. */
  eventsThrough?: number | undefined;
  /** The value from which on an interaction counts as positive; null where values decide nothing. */
  threshold: number | null;
}

/** `user_rows` and `item_rows`: everybody who is known, by the bytes of the id, with the row as `place`. */
export async function makeRowTables(session: Session): Promise<void> {
  for (const one of ['user', 'item']) {
    await session.run(
      `CREATE OR REPLACE TEMP TABLE ${one}_rows AS SELECT id, CAST(row_number() OVER (ORDER BY id) - 1 AS INTEGER) AS place
       FROM (SELECT ${one}_id AS id FROM interactions UNION SELECT ${one}_id FROM ${one}s)`,
    );
  }
}

/**
 * Everything that a training reads: ids become rows, interactions become columns. `begin` is called first, with the session: it may put other tables in the place of
 * the workspace's (`useDataset`).
 */
export function readTrainingData(db: Database, selection: Selection, begin?: (session: Session) => Promise<void>): Promise<TrainingData> {
  return db.read(async (session) => {
    await begin?.(session);
    await makeRowTables(session);
    const userIds = await readTexts(session, 'SELECT id FROM user_rows ORDER BY place');
    const itemIds = await readTexts(session, 'SELECT id FROM item_rows ORDER BY place');
    const threshold = await thresholdOf(session, selection);
    const interactions = await readInteractions(session, selection, threshold);
    const userFeatures = await readFeatures(session, 'users', userIds.length);
    const itemFeatures = await readFeatures(session, 'items', itemIds.length);
    const userTimes = await readTimes(session, 'users', userIds.length);
    const itemTimes = await readTimes(session, 'items', itemIds.length);
    const oracle = await readOracle(session, userIds.length, itemIds.length);
    const data = { userIds, itemIds, interactions, userFeatures, itemFeatures };
    const eventsThrough = begin ? undefined : await readEventsThrough(session);
    return { ...data, userTimes, itemTimes, oracle, threshold, fingerprint: fingerprintOf(data), eventsThrough };
  });
}

/**
 * `auto` looks at ratings only: those at or above 70 % of the highest value are positive, rounded up to a whole number where ratings go
 * beyond 2 (of 5: 4, of 10: 7).
 */
async function thresholdOf(session: Session, selection: Selection): Promise<number | null> {
  if (selection.minValue !== 'auto') return selection.minValue;
  const [row] = await session.rows<{ highest: number | null }>(
    "SELECT max(value) AS highest FROM interactions WHERE event_type = 'rating'",
  );
  const highest = row?.highest ?? null;
  if (highest === null || highest <= 0) return null;
  return highest > 2 ? Math.ceil(0.7 * highest - 1e-9) : 0.7 * highest;
}

/** FROM and WHERE of the interactions that count as positive, as `x`, with their types as `t`. */
function chosenInteractions(selection: Selection, threshold: number | null): string {
  const conditions = ['coalesce(t.weight, 1) > 0'];
  if (threshold !== null) {
    const judged = selection.minValue === 'auto' ? "x.event_type <> 'rating' OR" : '';
    conditions.push(`(${judged} x.value IS NULL OR x.value >= ${threshold})`);
  }
  if (selection.eventTypes !== undefined) conditions.push(`x.event_type IN (${selection.eventTypes.map(quoteText).join(', ') || 'NULL'})`);
  return `FROM interactions x LEFT JOIN event_types t USING (event_type) WHERE ${conditions.join(' AND ')}`;
}

/** What a user has of what counts as positive: item ids, each once, in the order of when they had it last. */
export function readPositiveItems(db: Database, selection: Selection, userId: string): Promise<string[]> {
  return db.read(async (session) => {
    const chosen = chosenInteractions(selection, await thresholdOf(session, selection));
    const rows = await session.rows<{ item_id: string }>(
      `SELECT x.item_id ${chosen} AND x.user_id = $1 GROUP BY x.item_id ORDER BY max(x.timestamp) NULLS FIRST, max(x.rowid)`,
      [userId],
    );
    return rows.map((row) => row.item_id);
  });
}

async function readInteractions(session: Session, selection: Selection, threshold: number | null): Promise<Interactions> {
  const chosen = chosenInteractions(selection, threshold);
  const count = await session.number(`SELECT count(*) ${chosen}`);
  const [users, items, weights, timestamps] = await readNumbers(
    session,
    `SELECT u.place, i.place, c.weight, c.moment FROM (
       SELECT x.user_id, x.item_id, CAST(coalesce(t.weight, 1) AS FLOAT) AS weight, epoch_us(x.timestamp) / 1e3 AS moment, x.rowid AS place ${chosen}) c
     JOIN user_rows u ON u.id = c.user_id JOIN item_rows i ON i.id = c.item_id ORDER BY c.moment NULLS FIRST, c.place`,
    [new Int32Array(count), new Int32Array(count), new Float32Array(count), new Float64Array(count)],
  );
  return { users, items, weights, timestamps };
}

/** Beside much other data the oracle of generated data says nothing any more. */
const leastKnown = 0.9;

async function readOracle(session: Session, userCount: number, itemCount: number): Promise<TrainingData['oracle']> {
  const dimensions = await session.number('SELECT coalesce(max(len(vector)), 0) FROM oracle_items');
  if (dimensions === 0) return null;
  const known = async (table: 'users' | 'items'): Promise<number> =>
    session.number(`SELECT count(*) FROM ${table.slice(0, -1)}_rows JOIN oracle_${table} USING (id)`);
  if ((await known('users')) < leastKnown * userCount || (await known('items')) < leastKnown * itemCount) return null;
  const matrix = async (table: 'users' | 'items', rows: number): Promise<Matrix> => {
    const flat = new Float32Array(rows * dimensions);
    const from = `${table.slice(0, -1)}_rows r LEFT JOIN oracle_${table} o USING (id)`;
    // The last dimension is the item's popularity, which every user counts once. A stranger among the users gets what is popular; an item that was not
    // generated comes last of all, where zeros would put it first: true scores are mostly below zero.
    const stranger = (i: number): number => (i < dimensions - 1 ? 0 : table === 'users' ? 1 : -1e6);
    const parts = Array.from({ length: dimensions }, (_, i) => `coalesce(o.vector[${i + 1}], ${stranger(i)})`);
    await session.chunks(`SELECT r.place, ${parts.join(', ')} FROM ${from}`, undefined, (chunk) => {
      const places = chunk.getColumnVector(0);
      for (let d = 0; d < dimensions; d++) {
        const column = chunk.getColumnVector(d + 1);
        for (let i = 0; i < chunk.rowCount; i++) flat[(places.getItem(i) as number) * dimensions + d] = column.getItem(i) as number;
      }
    });
    return { rows, columns: dimensions, data: flat };
  };
  return { users: await matrix('users', userCount), items: await matrix('items', itemCount) };
}

function fingerprintOf(data: Pick<TrainingData, 'userIds' | 'itemIds' | 'interactions' | 'userFeatures' | 'itemFeatures'>): string {
  const hash = createHash('sha256');
  const array = (values: Int32Array | Float32Array | Float64Array): void => {
    hash.update(`[${values.length}]`);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  };
  const texts = (values: string[]): void => {
    hash.update(JSON.stringify(values));
  };
  texts(data.userIds);
  texts(data.itemIds);
  const { users, items, weights, timestamps } = data.interactions;
  for (const values of [users, items, weights, timestamps]) array(values);
  for (const features of [data.userFeatures, data.itemFeatures]) {
    for (const { name, vocabulary, codes } of features.categories) {
      texts([name, ...vocabulary]);
      array(codes);
    }
    for (const { name, vocabulary, offsets, codes } of features.lists) {
      texts([name, ...vocabulary]);
      array(offsets);
      array(codes);
    }
    for (const { name, values } of features.numbers) {
      texts([name]);
      array(values);
    }
    for (const { name, buckets, offsets, codes } of features.texts ?? []) {
      texts([name, String(buckets)]);
      array(offsets);
      array(codes);
    }
    for (const { name, values } of features.vectors ?? []) {
      texts([name]);
      array(values);
    }
  }
  return hash.digest('hex');
}

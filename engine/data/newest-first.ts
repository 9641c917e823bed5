import { stateOf } from './data-state.ts';
import type { Database } from './database.ts';
import type { Session } from './session.ts';

interface Order {
  session: Session;
  state: string;
}

const orders = new WeakMap<Database, Promise<Order>>();

async function makeOrder(db: Database, before: Order | null): Promise<Order> {
  const session = before?.session ?? (await db.session());
  const state = await stateOf(session);
  if (state !== before?.state) {
    await session.run(
      'CREATE OR REPLACE TEMP TABLE newest_first AS SELECT rowid AS place FROM interactions ORDER BY timestamp DESC NULLS LAST, rowid DESC',
    );
  }
  return { session, state };
}

/** Row ids of a window of the interactions, newest first, however deep it lies: the order is worked out once for each state of the data. */
export async function placesNewestFirst(db: Database, offset: number, limit: number): Promise<number[]> {
  const before = orders.get(db);
  const order = (before ?? Promise.resolve(null)).then(
    (known) => makeOrder(db, known),
    () => makeOrder(db, null),
  );
  orders.set(db, order);
  const { session } = await order;
  const rows = await session.rows<{ place: number }>(
    `SELECT CAST(place AS DOUBLE) AS place FROM newest_first WHERE rowid BETWEEN ${offset} AND ${offset + limit - 1} ORDER BY rowid`,
  );
  return rows.map(({ place }) => place);
}

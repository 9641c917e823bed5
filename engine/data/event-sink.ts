import path from 'node:path';
import type { DuckDBAppender } from '@duckdb/node-api';
import type { GeneratedEvent } from './generated-events.ts';
import { namer } from './generated-tables.ts';
import type { World } from './generated-world.ts';
import { Session } from './session.ts';
import { quotePath, quoteText } from './sql.ts';
import { TextFile } from './text-file.ts';

/** Takes generated events in the order of time. */
export interface EventSink {
  /** Whether the buffer is full, and `flush` is due. */
  add(number: number, event: GeneratedEvent): boolean;
  flush(): Promise<void>;
  /** Writes what is left and makes it durable. */
  close(): Promise<void>;
  abandon(): Promise<void>;
}

/** One CSV file. */
export async function csvSink(file: string, world: World, events: number): Promise<EventSink> {
  const userId = namer('u', world.users);
  const itemId = namer('i', world.items);
  const eventId = namer('e', events);
  const { eventTypes } = world.preset;
  const writer = await TextFile.create(file);
  writer.line('event_id,user_id,item_id,event_type,value,timestamp,session_id');
  return {
    add(number, { user, item, type, seen, timestampMs, session }) {
      const value = seen < 0 ? '' : (seen / 100).toFixed(2);
      const time = new Date(timestampMs).toISOString();
      return writer.line(`${eventId(number)},${userId(user)},${itemId(item)},${eventTypes[type]},${value},${time},s${session + 1}`);
    },
    flush: () => writer.flush(),
    close: () => writer.close(),
    abandon: () => writer.abandon(),
  };
}

/** Events of one Parquet file: what is held in memory at a time. */
const partEvents = 2_000_000;
const vectorSize = 2048;

/** Parquet files of two million events each, `interactions-0001.parquet` and so on. Numbers go to DuckDB, which writes the ids. */
export async function parquetSink(folder: string, world: World, events: number): Promise<EventSink> {
  const { DuckDBInstance, DuckDBDataChunk, BIGINT, INTEGER } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.fromCache(':memory:');
  const session = new Session(await instance.connect());
  await session.run(
    'CREATE TABLE part (number INTEGER, person INTEGER, item INTEGER, kind INTEGER, seen INTEGER, moment BIGINT, session INTEGER)',
  );
  const types = [INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, BIGINT, INTEGER];
  let columns: (number | bigint)[][] = types.map(() => []);
  let held = 0;
  let parts = 0;
  let appender: DuckDBAppender = await session.connection.createAppender('part');
  const id = (letter: string, column: string, count: number): string =>
    `${quoteText(letter)} || lpad(CAST(${column} + 1 AS VARCHAR), ${String(count).length}, '0')`;
  const kinds = world.preset.eventTypes.map((name, at) => `WHEN ${at} THEN ${quoteText(name)}`).join(' ');
  const rows = `SELECT ${id('e', 'number', events)} AS event_id, ${id('u', 'person', world.users)} AS user_id, ${id('i', 'item', world.items)} AS item_id,
    CASE kind ${kinds} END AS event_type, CASE WHEN seen >= 0 THEN seen / 100 END AS value, make_timestamp(moment * 1000) AS timestamp, 's' || (session + 1) AS session_id FROM part`;
  const append = (): void => {
    if ((columns[0] as unknown[]).length === 0) return;
    const chunk = DuckDBDataChunk.create(types, (columns[0] as unknown[]).length);
    columns.forEach((values, at) => {
      chunk.setColumnValues(at, values);
    });
    appender.appendDataChunk(chunk);
    columns = types.map(() => []);
  };
  const write = async (): Promise<void> => {
    append();
    appender.flushSync();
    appender.closeSync();
    if (held > 0) {
      parts++;
      const file = path.join(folder, `interactions-${String(parts).padStart(4, '0')}.parquet`);
      await session.run(`COPY (${rows}) TO ${quotePath(file)} (FORMAT parquet)`);
      await session.run('TRUNCATE part');
    }
    held = 0;
  };
  const end = (): void => {
    session.connection.closeSync();
    instance.closeSync();
  };
  return {
    add(number, { user, item, type, seen, timestampMs, session: sitting }) {
      const values = [number, user, item, type, seen, BigInt(timestampMs), sitting];
      columns.forEach((column, at) => {
        column.push(values[at] as number | bigint);
      });
      if ((columns[0] as unknown[]).length === vectorSize) append();
      held++;
      return held === partEvents;
    },
    async flush() {
      await write();
      appender = await session.connection.createAppender('part');
    },
    async close() {
      await write();
      end();
    },
    async abandon() {
      appender.closeSync();
      end();
    },
  };
}

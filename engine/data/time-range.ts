import type { Database } from './database.ts';

/** Whether any interaction says when it happened: without that, nothing can be split by time. */
export function hasTimestamps(db: Database): Promise<boolean> {
  return db.read(
    async (session) => (await session.number('SELECT count(*) FROM (SELECT 1 FROM interactions WHERE timestamp IS NOT NULL LIMIT 1)')) > 0,
  );
}

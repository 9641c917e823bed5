import { Session } from './session.ts';

/** Runs with a database that is only in memory, of nobody else. Times are of UTC. */
export async function withMemoryDatabase<T>(use: (session: Session) => Promise<T>): Promise<T> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.fromCache(':memory:');
  const session = new Session(await instance.connect());
  try {
    await session.run("SET TimeZone = 'UTC'");
    return await use(session);
  } finally {
    session.connection.closeSync();
    instance.closeSync();
  }
}

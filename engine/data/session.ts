import type { DuckDBConnection, DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api';

export type Row = Record<string, unknown>;
export type Parameters = DuckDBValue[];

/** One connection, one statement at a time: a second one waits for the first, because DuckDB crashes on two at once. */
export class Session {
  readonly connection: DuckDBConnection;
  private last: Promise<unknown> = Promise.resolve();

  constructor(connection: DuckDBConnection) {
    this.connection = connection;
  }

  /** Runs a statement and drops its rows. */
  run(sql: string, parameters?: Parameters): Promise<void> {
    return this.inTurn(async () => {
      await this.connection.run(sql, parameters);
    });
  }

  /** All rows as objects: VARCHAR as string, DOUBLE and INTEGER as number, BIGINT as bigint, TIMESTAMP as Date. */
  rows<T extends Row = Row>(sql: string, parameters?: Parameters): Promise<T[]> {
    return this.inTurn(async () => (await this.connection.runAndReadAll(sql, parameters)).getRowObjectsJS() as T[]);
  }

  /** The first row; a statement that may give none asks for `rows`. */
  async row<T extends Row = Row>(sql: string, parameters?: Parameters): Promise<T> {
    const [first] = await this.rows<T>(sql, parameters);
    if (first === undefined) throw new Error(`No row came back from: ${sql}`);
    return first;
  }

  /** A count or another single number; NULL is 0. */
  async number(sql: string, parameters?: Parameters): Promise<number> {
    return Number(Object.values(await this.row(sql, parameters))[0] ?? 0);
  }

  /** Rows in chunks of columns as they come, for results that are large. */
  chunks(sql: string, parameters: Parameters | undefined, take: (chunk: DuckDBDataChunk) => void): Promise<void> {
    return this.inTurn(async () => {
      const result = await this.connection.stream(sql, parameters);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        take(chunk);
      }
    });
  }

  /** Stops what runs, and resolves when all that was asked for has ended. */
  async interrupt(): Promise<void> {
    this.connection.interrupt();
    await this.last;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work, work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

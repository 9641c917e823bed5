import { realpath, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { EngineError } from '#contract/errors';
import { syncFolder } from '../files/atomic.ts';
import { isFatal, translateError, translateOpenError } from './database-errors.ts';
import { migrate } from './schema.ts';
import { Session } from './session.ts';
import { quoteName, quoteText } from './sql.ts';

export interface DatabaseOptions {
  /** Memory DuckDB may use before it spills to disk: '512MB', '4GB'. Half of the machine's where not given. */
  memoryLimit?: string;
  threads?: number;
}

type Lane = 'reader' | 'writer';

interface Opened {
  instance: DuckDBInstance;
  reader: Session;
  writer: Session;
}

/**
 * One DuckDB file, open. Reads go through one connection and writes through another, so that a page can be shown during an import;
 * on each of them work waits for the work before it. At most two of libuv's threads are busy with a database at any time.
 */
export class Database {
  readonly file: string;
  private readonly settings: Record<string, string>;
  private opened: Promise<Opened> | null = null;
  /** Work that was handed in, one after the other. */
  private readonly lanes: Record<Lane, Promise<unknown>> = { reader: Promise.resolve(), writer: Promise.resolve() };
  /** Work that is at it. */
  private readonly running: Record<Lane, Promise<unknown>> = { reader: Promise.resolve(), writer: Promise.resolve() };
  /** Connections that were asked for. */
  private readonly others = new Set<Session>();
  private closing: Promise<void> = Promise.resolve();
  private holders = 0;
  private readonly forget: () => void;

  constructor(file: string, options: DatabaseOptions, forget: () => void) {
    this.file = file;
    this.forget = forget;
    this.settings = {
      memory_limit: options.memoryLimit ?? `${Math.max(512, Math.floor(os.totalmem() / 2 ** 21))}MB`,
      temp_directory: `${file}.tmp`,
      ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
    };
  }

  /** Counts one more holder and opens the file for the first. */
  async hold(): Promise<this> {
    this.holders++;
    try {
      await this.connect();
    } catch (error) {
      await this.close();
      throw error;
    }
    return this;
  }

  /** Work that only reads; all of its statements see one state of the data. Temporary tables that it makes are gone afterwards. */
  read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.inLane('reader', (session) => inTransaction(session, work, 'ROLLBACK'));
  }

  /** Work in one transaction: all of it stays, or nothing of it when it throws. */
  write<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.inLane('writer', (session) => inTransaction(session, work, 'COMMIT'));
  }

  /**
   * A connection of its own, for work that may take long and must hold up nobody: it sees what is committed, and is closed by whoever asked for it. It does not
   * outlive the database.
   */
  async session(): Promise<Session> {
    if (this.holders <= 0) throw new EngineError('conflict', `The database ${this.file} is closed. Open the workspace again.`);
    const { instance } = await this.connect();
    const session = new Session(await instance.connect());
    await session.run("SET TimeZone = 'UTC'");
    this.others.add(session);
    return session;
  }

  /** Ends a connection that `session` gave. */
  leave(session: Session): void {
    if (this.others.delete(session)) session.connection.closeSync();
  }

  /** Stops the statements that are running; they end with `cancelled`. */
  async interrupt(): Promise<void> {
    const opened = await this.opened?.catch(() => null);
    opened?.writer.connection.interrupt();
    opened?.reader.connection.interrupt();
  }

  /**
   * Writes the file anew with what is in the tables: bytes of deleted rows are gone afterwards, which DuckDB else leaves until it needs the place. Work before it ends,
   * work after it waits, and connections that were asked for are closed. The file is the old one or the new one, whole.
   */
  compact(): Promise<void> {
    if (this.holders <= 0)
      return Promise.reject(new EngineError('conflict', `The database ${this.file} is closed. Open the workspace again.`));
    const turn = Promise.all(Object.values(this.lanes)).then(() => this.rewrite());
    for (const lane of ['reader', 'writer'] as const) this.lanes[lane] = turn.catch(() => undefined);
    return turn;
  }

  private async rewrite(): Promise<void> {
    const { writer } = await this.connect();
    const fresh = compactedFile(this.file);
    const removeFresh = async (): Promise<void> => {
      for (const file of [fresh, `${fresh}.wal`]) await rm(file, { force: true });
    };
    await removeFresh();
    try {
      const { name } = await writer.row<{ name: string }>('SELECT current_database() AS name');
      await writer.run('CHECKPOINT');
      await writer.run(`ATTACH ${quoteText(fresh)} AS compacted`);
      try {
        await writer.run(`COPY FROM DATABASE ${quoteName(name)} TO compacted`);
        await writer.run('CHECKPOINT compacted');
      } finally {
        await writer.run('DETACH compacted');
      }
      for (const session of this.others) await session.interrupt();
      this.disconnect([]);
      // Whoever asks meanwhile waits for the new file.
      this.closing = this.closing.then(async () => {
        // All of it is in the file; beside the new one it would be another database's.
        await rm(`${this.file}.wal`, { force: true });
        await rename(fresh, this.file);
        await syncFolder(path.dirname(this.file));
      });
      await this.closing;
    } catch (error) {
      this.closing = this.closing.catch(() => undefined);
      await removeFresh();
      throw translateError(error, this.file);
    }
    await this.connect();
  }

  /** Lets go of the database; the last holder closes the file, after the work that is still waiting. */
  async close(): Promise<void> {
    this.holders--;
    if (this.holders > 0) return;
    this.forget();
    await Promise.allSettled(Object.values(this.lanes));
    this.disconnect([]);
    await this.closing;
  }

  private connect(): Promise<Opened> {
    this.opened ??= this.closing
      .then(() => open(this.file, this.settings))
      .catch((error: unknown) => {
        this.opened = null;
        throw error;
      });
    return this.opened;
  }

  /** Closes what is open once the work that still uses it has ended. */
  private disconnect(users: Promise<unknown>[]): void {
    const opened = this.opened;
    this.opened = null;
    if (opened === null) return;
    this.closing = Promise.allSettled([opened, ...users]).then(async ([result]) => {
      if (result?.status !== 'fulfilled') return;
      const { reader, writer, instance } = result.value as Opened;
      for (const session of this.others) this.leave(session);
      reader.connection.closeSync();
      writer.connection.closeSync();
      instance.closeSync();
    });
  }

  private inLane<T>(lane: Lane, work: (session: Session) => Promise<T>): Promise<T> {
    if (this.holders <= 0)
      return Promise.reject(new EngineError('conflict', `The database ${this.file} is closed. Open the workspace again.`));
    const turn = this.lanes[lane].then(async () => {
      const opening = this.connect();
      const opened = await opening;
      this.running[lane] = work(opened[lane]);
      try {
        return (await this.running[lane]) as T;
      } catch (error) {
        // A fatal error leaves an instance that answers nothing any more, reads neither: the next work opens a new one.
        if (isFatal(error) && this.opened === opening) this.disconnect([this.running[lane === 'reader' ? 'writer' : 'reader']]);
        throw translateError(error, this.file);
      }
    });
    this.lanes[lane] = turn.catch(() => undefined);
    return turn;
  }
}

async function inTransaction<T>(session: Session, work: (session: Session) => Promise<T>, end: 'COMMIT' | 'ROLLBACK'): Promise<T> {
  await session.run('BEGIN');
  try {
    const result = await work(session);
    await session.run(end);
    return result;
  } catch (error) {
    await session.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** What a database is written anew to; it is removed as a leftover where the process died before it was whole. */
const compactedFile = (file: string): string => `${file}.00000000-0000-0000-0000-000000000000.tmp`;

const registry = new Map<string, Database>();

/**
 * The database of a file, made where it is not there yet. One process has one `Database` per file, however often it is opened: two
 * DuckDB instances on one file lose rows without an error. Each holder calls `close`.
 *
 * @throws `workspace_damaged` where the file cannot be opened, `workspace_locked` where another process has it, `unsupported` where a newer Recsmith wrote it.
 */
export async function openDatabase(file: string, options: DatabaseOptions = {}): Promise<Database> {
  const folder = path.dirname(path.resolve(file));
  const key = path.join(await realpath(folder).catch(() => folder), path.basename(file));
  let database = registry.get(key);
  if (database === undefined) {
    database = new Database(key, options, () => registry.delete(key));
    registry.set(key, database);
  }
  return database.hold();
}

async function open(file: string, settings: Record<string, string>): Promise<Opened> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  let instance: DuckDBInstance | null = null;
  try {
    instance = await DuckDBInstance.fromCache(file, settings);
    const writer = new Session(await instance.connect());
    const reader = new Session(await instance.connect());
    for (const session of [writer, reader]) {
      await session.run("SET TimeZone = 'UTC'");
      // Progress is read by the import; nothing is printed.
      await session.run('SET enable_progress_bar = true');
      await session.run('SET enable_progress_bar_print = false');
    }
    await migrate(writer, file);
    return { instance, reader, writer };
  } catch (error) {
    instance?.closeSync();
    throw translateOpenError(error, file);
  }
}

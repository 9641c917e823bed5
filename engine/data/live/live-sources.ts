import type { ColumnMapping } from '#contract/data';
import { EngineError, reportOf } from '#contract/errors';
import { LiveSetting, type LiveSource } from '#contract/live';
import type { Database } from '../database.ts';
import type { Row } from '../session.ts';
import { folderReader } from './folder.ts';
import { kafkaReader } from './kafka.ts';
import type { Reader } from './source-context.ts';
import { streamReader } from './stream.ts';

interface SourceRow extends Row {
  source_id: number;
  name: string;
  setting: string;
  mapping: string;
  rows_read: bigint;
  accepted: bigint;
  rejected: bigint;
  duplicates: bigint;
  last_at: Date | null;
}

interface Running {
  stop: AbortController;
  ended: Promise<void>;
  state: LiveSource['state'];
  detail: string | null;
  lag: number | null;
  /** Rows and when they came, of the last half minute. */
  recent: { at: number; rows: number }[];
}

const recentMs = 30_000;

function readerOf(setting: LiveSetting): Reader {
  if (setting.kind === 'folder') return folderReader(setting.path);
  return setting.kind === 'stream' ? streamReader(setting) : kafkaReader(setting);
}

/** The live sources of a workspace. One database has one of these. */
export class LiveSources {
  private readonly db: Database;
  private readonly changed: () => void;
  private readonly env: NodeJS.ProcessEnv;
  private readonly running = new Map<number, Running>();

  /** `changed` is called when rows came. */
  constructor(db: Database, changed: () => void, env: NodeJS.ProcessEnv = process.env) {
    this.db = db;
    this.changed = changed;
    this.env = env;
  }

  async list(): Promise<LiveSource[]> {
    const rows = await this.db.read((session) => session.rows<SourceRow>('SELECT * FROM live_sources ORDER BY source_id'));
    return rows.map((row) => this.described(row));
  }

  async add(name: string, setting: LiveSetting, map: ColumnMapping): Promise<LiveSource> {
    const id = await this.db.write(async (session) => {
      if ((await session.number('SELECT count(*) FROM live_sources WHERE name = $1', [name])) > 0)
        throw new EngineError('conflict', `There is a live source “${name}” already. Choose another name.`, { name });
      const next = await session.number('SELECT coalesce(max(source_id), 0) + 1 FROM live_sources');
      await session.run('INSERT INTO live_sources VALUES ($1, $2, $3, $4, 0, 0, 0, 0, NULL)', [
        next,
        name,
        JSON.stringify(setting),
        JSON.stringify(map),
      ]);
      return next;
    });
    return this.find(id);
  }

  async start(id: number): Promise<LiveSource> {
    const source = await this.find(id);
    const before = this.running.get(id);
    if (before && before.state !== 'failed') return source;
    const stop = new AbortController();
    const state: Running = { stop, ended: Promise.resolve(), state: 'running', detail: 'Starting', lag: null, recent: [] };
    this.running.set(id, state);
    const { db, env } = this;
    state.ended = readerOf(source.setting)({
      ...{ db, env, id, name: source.name, map: source.map, signal: stop.signal },
      tell: (told) => {
        Object.assign(state, told);
      },
      took: ({ read, accepted, rejected }) => {
        const now = Date.now();
        state.recent = [...state.recent.filter(({ at }) => now - at < recentMs), { at: now, rows: read }];
        if (accepted + rejected > 0) this.changed();
      },
      lag: (messages) => {
        state.lag = messages;
      },
    }).catch((error: unknown) => {
      Object.assign(state, { state: 'failed', detail: reportOf(error).message });
    });
    return this.find(id);
  }

  async stop(id: number): Promise<LiveSource> {
    const running = this.running.get(id);
    running?.stop.abort();
    await running?.ended;
    this.running.delete(id);
    return this.find(id);
  }

  async remove(id: number): Promise<{ id: number }> {
    await this.stop(id);
    await this.db.write(async (session) => {
      await session.run('DELETE FROM live_sources WHERE source_id = $1', [id]);
      await session.run('DELETE FROM live_positions WHERE source_id = $1', [id]);
    });
    return { id };
  }

  /** Stops all of them. */
  async end(): Promise<void> {
    const all = [...this.running.values()];
    for (const { stop } of all) stop.abort();
    await Promise.all(all.map(({ ended }) => ended));
    this.running.clear();
  }

  private async find(id: number): Promise<LiveSource> {
    const found = (await this.list()).find((source) => source.id === id);
    if (found) return found;
    throw new EngineError('not_found', `There is no live source ${id}. It may have been removed.`, { id });
  }

  private described(row: SourceRow): LiveSource {
    const running = this.running.get(row.source_id);
    const now = Date.now();
    const recent = running?.recent.filter(({ at }) => now - at < recentMs) ?? [];
    const since = recent[0] ? Math.max(1000, now - recent[0].at) : recentMs;
    return {
      id: row.source_id,
      name: row.name,
      setting: LiveSetting.parse(JSON.parse(row.setting)),
      map: JSON.parse(row.mapping) as ColumnMapping,
      state: running?.state ?? 'stopped',
      detail: running?.detail ?? null,
      read: Number(row.rows_read),
      accepted: Number(row.accepted),
      rejected: Number(row.rejected),
      duplicates: Number(row.duplicates),
      rate: recent.reduce((sum, { rows }) => sum + rows, 0) / (since / 1000),
      lag: running?.lag ?? null,
      lastAt: row.last_at?.toISOString() ?? null,
    };
  }
}

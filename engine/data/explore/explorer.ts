import type { Explored, ExploreFilter, ExplorePanel } from '#contract/explore';
import { toCell } from '../cells.ts';
import { stateOf } from '../data-state.ts';
import type { Database } from '../database.ts';
import { storedKinds } from '../import-entities.ts';
import type { Session } from '../session.ts';
import { quoteName } from '../sql.ts';
import { type Ground, queryOf, shared } from './panels.ts';

/**
 * Looks at the interactions of a workspace, on a connection of its own. What panels share is counted once, and stays until the data or the filter is another.
 */
export class Explorer {
  private readonly database: Database;
  private session: Promise<Session> | null = null;
  private ready: { key: string; ground: Ground } | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(database: Database) {
    this.database = database;
  }

  /** What tells one state of the data from another, without reading it. */
  async state(): Promise<string> {
    return this.inTurn((session) => stateOf(session));
  }

  panel(panel: ExplorePanel, filter: ExploreFilter): Promise<Explored> {
    return this.inTurn(async (session) => {
      const started = performance.now();
      const key = JSON.stringify([await stateOf(session), filter]);
      if (this.ready?.key !== key) {
        this.ready = null;
        this.ready = { key, ground: await prepare(session, filter) };
      }
      const { ground } = this.ready;
      const { body, facts, sampled } = queryOf(panel, ground);
      const found = await session.rows(body);
      const [single] = facts ? await session.rows(facts) : [];
      const parts = shared(filter)
        .filter(([name]) => uses(body, name))
        .map(([name, sql]) => `${name} AS (${sql})`);
      return {
        panel,
        columns: Object.keys(found[0] ?? {}),
        rows: found.map((row) => Object.values(row).map(toCell)),
        facts: Object.fromEntries(Object.entries(single ?? {}).map(([name, value]) => [name, toCell(value)])),
        sql: withParts(parts, body),
        sampled,
        seconds: (performance.now() - started) / 1000,
        computedAt: new Date().toISOString(),
      };
    });
  }

  /** Ends the connection. */
  async end(): Promise<void> {
    const session = await this.session?.catch(() => null);
    this.session = null;
    this.ready = null;
    if (session) {
      session.connection.interrupt();
      await this.turn.catch(() => undefined);
      this.database.leave(session);
    }
  }

  private inTurn<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const turn = this.turn.then(async () => {
      this.session ??= this.database.session();
      return work(await this.session);
    });
    this.turn = turn.catch(() => undefined);
    return turn;
  }
}

/** Whether a statement reads a shared table, itself or by one that does. */
const uses = (body: string, name: string): boolean => name === 'chosen' || body.includes(name);

/** One statement of a body and the tables that it names. */
function withParts(parts: readonly string[], body: string): string {
  const inner = /^WITH\s+/.exec(body);
  return inner ? `WITH ${[...parts, body.slice(inner[0].length)].join(',\n  ')}` : `WITH ${parts.join(',\n  ')}\n${body}`;
}

async function prepare(session: Session, filter: ExploreFilter): Promise<Ground> {
  const [chosen, ...counted] = shared(filter);
  await session.run(`CREATE OR REPLACE TEMP VIEW ${chosen?.[0]} AS ${chosen?.[1]}`);
  for (const [name, sql] of counted) await session.run(`CREATE OR REPLACE TEMP TABLE ${name} AS ${sql}`);
  const facts = await session.row<{ interactions: number; sessions: number; days: number | null }>(
    `SELECT CAST(count(*) AS DOUBLE) AS interactions, CAST(count(session_id) AS DOUBLE) AS sessions,
       CAST(date_diff('second', min(timestamp), max(timestamp)) AS DOUBLE) / 86400 AS days FROM chosen`,
  );
  return {
    interactions: facts.interactions,
    withSession: facts.interactions === 0 ? 0 : facts.sessions / facts.interactions,
    days: facts.days ?? 0,
    category: await categoryOf(session),
    filter,
  };
}

/** The category that most items have, of those with at least two values. */
async function categoryOf(session: Session): Promise<string | null> {
  const names = [...(await storedKinds(session, 'items'))].filter(([, kind]) => kind === 'category').map(([name]) => name);
  let best: { name: string; filled: number } | null = null;
  for (const name of names) {
    const { filled, values } = await session.row<{ filled: number; values: number }>(
      `SELECT CAST(count(${quoteName(name)}) AS DOUBLE) AS filled, CAST(count(DISTINCT ${quoteName(name)}) AS DOUBLE) AS values FROM items`,
    );
    if (values >= 2 && values <= Math.max(20, filled / 2) && (best === null || filled > best.filled)) best = { name, filled };
  }
  return best?.name ?? null;
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { reportOf } from '#contract/errors';
import type { HandlersOf } from '#contract/operations';
import { SqlPast } from '#contract/sql';
import { chartOf } from '../data/console/sql-chart.ts';
import { SqlConsole } from '../data/console/sql-console.ts';
import { exportResult } from '../data/console/sql-export.ts';
import { tablesForCompletion } from '../data/console/sql-tables.ts';
import { writeAtomic } from '../files/atomic.ts';
import { layout } from '../workspace/layout.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { forgetExplored } from './explore.ts';

const keptHistory = 200;
const longestRemembered = 20_000;

/** The console of the workspace that is open. */
const consoles = new WeakMap<object, SqlConsole>();

function consoleOf(context: EngineContext): SqlConsole {
  const session = requireSession(context);
  let found = consoles.get(session);
  if (!found) {
    found = new SqlConsole(session.database);
    consoles.set(session, found);
  }
  return found;
}

/** Ends the console of a workspace that is left. */
export async function endConsole(session: object | null): Promise<void> {
  const found = session ? consoles.get(session) : undefined;
  if (session) consoles.delete(session);
  await found?.end();
}

async function readHistory(workspace: string): Promise<SqlPast[]> {
  const text = await readFile(layout.sqlHistory(workspace), 'utf8').catch(() => '[]');
  try {
    return z.array(SqlPast).parse(JSON.parse(text));
  } catch {
    // A damaged history is begun anew: nothing depends on it.
    return [];
  }
}

export function sqlHandlers(context: EngineContext): HandlersOf<'sql'> {
  // One after the other: each keeps what the one before has written.
  let remembering: Promise<void> = Promise.resolve();
  const remember = (workspace: string, past: SqlPast): Promise<void> => {
    remembering = remembering
      .then(async () => {
        const before = (await readHistory(workspace)).filter(({ sql }) => sql !== past.sql);
        await writeAtomic(layout.sqlHistory(workspace), JSON.stringify([past, ...before].slice(0, keptHistory)));
      })
      .catch(() => undefined);
    return remembering;
  };
  return {
    'sql.run': async ({ sql, unlocked }) => {
      const { workspace } = requireSession(context);
      const past = { sql: sql.trim().slice(0, longestRemembered), at: new Date().toISOString() };
      const started = performance.now();
      try {
        const outcome = await consoleOf(context).run(sql, unlocked);
        await remember(workspace.path, {
          ...past,
          seconds: outcome.seconds,
          rows: outcome.kind === 'rows' ? outcome.rows : outcome.changed,
        });
        if (outcome.kind === 'done') {
          await forgetExplored(context);
          context.emit({ type: 'data.changed' });
        }
        return outcome;
      } catch (error) {
        await remember(workspace.path, { ...past, seconds: (performance.now() - started) / 1000, error: reportOf(error).message });
        throw error;
      }
    },
    'sql.window': ({ id, view, offset, limit }) => consoleOf(context).window(id, view, offset, limit),
    'sql.chart': (input) => chartOf(consoleOf(context), input),
    'sql.export': async (input) => {
      const sql = consoleOf(context);
      const file = path.resolve(input.path);
      return context.jobs.start('export', `Export to ${path.basename(file)}`, (work) => exportResult(sql, { ...input, path: file }, work));
    },
    'sql.cancel': async () => {
      await consoleOf(context).cancel();
      return {};
    },
    'sql.close': async ({ id }) => {
      await consoleOf(context).close(id);
      return {};
    },
    'sql.tables': () => tablesForCompletion(requireSession(context).database),
    'sql.history': () => readHistory(requireSession(context).workspace.path),
  };
}

import type { QualityReport } from '#contract/quality';
import type { WorkContext } from '../../jobs/work-context.ts';
import { stateOf } from '../data-state.ts';
import type { Database } from '../database.ts';
import { watched } from '../watched.ts';
import { checks } from './checks.ts';

/** Looks for everything, one check after the other, on a connection of its own. */
export async function checkQuality(db: Database, ctx: WorkContext): Promise<QualityReport> {
  const started = performance.now();
  const session = await db.session();
  try {
    const state = await stateOf(session);
    const done: QualityReport['checks'] = [];
    for (const { id, title, why, unit, grave, advice, sql, find } of checks) {
      const phase = `Looking for ${title.charAt(0).toLowerCase()}${title.slice(1)}`;
      await ctx.checkpoint({ phase, done: done.length, total: checks.length, unit: 'checks' });
      const { count, example, fix } = await watched(session, ctx, phase, () => find(session));
      const level = count === 0 ? 'good' : grave ? 'look' : 'known';
      done.push({ id, title, why, level, count, unit, example, sql, fix: fix ? { label: fix.label } : null, advice });
    }
    return { checks: done, seconds: (performance.now() - started) / 1000, madeAt: new Date().toISOString(), state };
  } finally {
    db.leave(session);
  }
}

import { readFile } from 'node:fs/promises';
import type { HandlersOf } from '#contract/operations';
import { QualityReport } from '#contract/quality';
import { stateOf } from '../data/data-state.ts';
import { applyFix, listFixes, undoFix } from '../data/quality/fixes.ts';
import { checkQuality } from '../data/quality/report.ts';
import { writeAtomic } from '../files/atomic.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { layout } from '../workspace/layout.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { forgetExplored } from './explore.ts';

async function makeReport(context: EngineContext, work: WorkContext): Promise<QualityReport> {
  const { workspace, database } = requireSession(context);
  const report = await checkQuality(database, work);
  await writeAtomic(layout.quality(workspace.path), JSON.stringify(report));
  context.emit({ type: 'workspace.changed' });
  return report;
}

export function qualityHandlers(context: EngineContext): HandlersOf<'quality'> {
  return {
    'quality.check': async () => {
      requireSession(context);
      return context.jobs.start('quality', 'Check the data', (work) => makeReport(context, work));
    },
    'quality.last': async () => {
      const { workspace, database } = requireSession(context);
      const text = await readFile(layout.quality(workspace.path), 'utf8').catch(() => 'null');
      const parsed = QualityReport.safeParse(JSON.parse(text));
      if (!parsed.success) return { report: null, stale: false };
      return { report: parsed.data, stale: (await database.read(stateOf)) !== parsed.data.state };
    },
    'quality.fix': async ({ check }) => {
      const { database } = requireSession(context);
      return context.jobs.start('quality', `Mend ${check}`, async (work) => {
        const done = await applyFix(database, check, work);
        await forgetExplored(context);
        context.emit({ type: 'data.changed' });
        return { ...done, report: await makeReport(context, work) };
      });
    },
    'quality.undo': async ({ id }) => {
      const undone = await undoFix(requireSession(context).database, id);
      await forgetExplored(context);
      context.emit({ type: 'data.changed' });
      return undone;
    },
    'quality.fixes': () => listFixes(requireSession(context).database),
  };
}

import path from 'node:path';
import type { GenerateInput, GenerateResult, ImportInput, ImportResult } from '#contract/data';
import type { HandlersOf } from '#contract/operations';
import { ingestEventLog } from '../data/event-log.ts';
import { generate } from '../data/generate.ts';
import { importPaths } from '../data/import-paths.ts';
import { listImports } from '../data/imports.ts';
import { previewFile } from '../data/preview.ts';
import { readProfile } from '../data/profile.ts';
import { readRows } from '../data/rows.ts';
import { readSeries } from '../data/series.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { layout } from '../workspace/layout.ts';
import { type EngineContext, requireSession } from './engine-context.ts';

/** Brings files into the open workspace and tells everybody. */
export async function importIntoWorkspace(context: EngineContext, input: ImportInput, work: WorkContext): Promise<ImportResult> {
  const { database } = requireSession(context);
  const result = await importPaths(database, { ...input, paths: input.paths.map((file) => path.resolve(file)) }, work);
  for (const file of result.files) {
    const counts = `${file.rowsRead} rows read, ${file.accepted} accepted, ${file.rejected} rejected, ${file.duplicates} duplicates`;
    work.log(`${file.path}: ${file.unchanged ? 'imported before, nothing changed' : counts}`, file.rejected > 0 ? 'warning' : 'info');
  }
  context.emit({ type: 'data.changed' });
  return result;
}

/** Reads what the server received since the last time. */
export async function ingestEvents(context: EngineContext): Promise<{ accepted: number; duplicates: number; rejected: number }> {
  const { workspace, database } = requireSession(context);
  const counts = await ingestEventLog(database, layout.events(workspace.path));
  if (counts.accepted + counts.rejected > 0) context.emit({ type: 'data.changed' });
  return counts;
}

export function generateData(input: GenerateInput, work: WorkContext): Promise<GenerateResult> {
  return generate({ ...input, out: path.resolve(input.out) }, work);
}

export function dataHandlers(context: EngineContext): HandlersOf<'data'> {
  const names = (paths: string[]): string => paths.map((file) => path.basename(file)).join(', ');
  return {
    'data.generate': async (input) =>
      context.jobs.start('generate', `Generate ${input.events} events`, (work) => generateData(input, work)),
    'data.preview': (input) => previewFile({ ...input, path: path.resolve(input.path) }),
    'data.import': async (input) => {
      requireSession(context);
      return context.jobs.start('import', `Import ${names(input.paths)}`, (work) => importIntoWorkspace(context, input, work));
    },
    'data.imports': async () => listImports(requireSession(context).database),
    'data.rows': async (input) => readRows(requireSession(context).database, input),
    'data.profile': async () => readProfile(requireSession(context).database),
    'data.series': async () => readSeries(requireSession(context).database),
    'data.ingestEvents': async () => ingestEvents(context),
  };
}

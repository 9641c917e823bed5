import path from 'node:path';
import type { GenerateResult, ImportRequest, ImportResult } from '#contract/data';
import type { HandlersOf } from '#contract/operations';
import { ingestEventLog } from '../data/event-log.ts';
import { readWeights, storeWeights } from '../data/event-types.ts';
import { isPostgres } from '../data/formats/database-file.ts';
import { formats } from '../data/formats/formats.ts';
import { type GenerateRequest, generate } from '../data/generate.ts';
import { importPaths } from '../data/import-paths.ts';
import { listImports } from '../data/imports.ts';
import { recallMappings } from '../data/mappings.ts';
import { previewFile } from '../data/preview.ts';
import { readProfile } from '../data/profile.ts';
import { readRows } from '../data/rows.ts';
import { readSeries } from '../data/series.ts';
import { undoImport } from '../data/undo-import.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { layout } from '../workspace/layout.ts';
import { type EngineContext, requireSession } from './engine-context.ts';

/** A path from the current folder; the address of a server is none. */
const located = (file: string): string => (isPostgres(file) ? file : path.resolve(file));

/** Brings files into the open workspace and tells everybody. */
export async function importIntoWorkspace(context: EngineContext, input: ImportRequest, work: WorkContext): Promise<ImportResult> {
  const { database } = requireSession(context);
  const result = await importPaths(database, { ...input, paths: input.paths.map(located) }, work);
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

export function generateData(input: GenerateRequest, work: WorkContext): Promise<GenerateResult> {
  return generate({ ...input, out: path.resolve(input.out) }, work);
}

export function dataHandlers(context: EngineContext): HandlersOf<'data'> {
  const names = (paths: string[]): string => paths.map((file) => path.basename(file)).join(', ');
  return {
    'data.generate': async (input) =>
      context.jobs.start('generate', `Generate ${input.events} events`, (work) => generateData(input, work)),
    'data.preview': async (input) => {
      const database = context.session?.database;
      const known = database ? { remembered: await recallMappings(database), weights: await readWeights(database) } : {};
      return previewFile({ ...input, ...known, path: located(input.path) });
    },
    'data.formats': async () => formats.map(({ id, label, endings }) => ({ id, label, endings: [...endings] })),
    'data.undo': async ({ importId }) => {
      const undone = await undoImport(requireSession(context).database, importId);
      context.emit({ type: 'data.changed' });
      return undone;
    },
    'data.setWeights': async ({ weights }) => {
      const { database } = requireSession(context);
      await database.write((session) => storeWeights(session, weights));
      context.emit({ type: 'data.changed' });
      return readWeights(database);
    },
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

import { randomBytes } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Dataset, type DatasetRecipe, type DatasetStep } from '#contract/dataset';
import { EngineError } from '#contract/errors';
import { createFolderAtomic, sha256File } from '../files/atomic.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import type { Database } from './database.ts';
import { chooseInteractions, chosen } from './dataset-steps.ts';
import { idColumns } from './import-entities.ts';
import type { Session } from './session.ts';
import { quotePath } from './sql.ts';

export const datasetFiles = {
  manifest: 'dataset.json',
  interactions: 'interactions.parquet',
  users: 'users.parquet',
  items: 'items.parquet',
  attributes: 'attributes.parquet',
} as const;

/** What each step of a recipe would take away. */
export function previewDataset(db: Database, recipe: DatasetRecipe, ctx: WorkContext): Promise<DatasetStep[]> {
  return db.read((session) => chooseInteractions(session, recipe, ctx));
}

/**
 * Freezes a selection of the interactions, with what is known now of its users and items, in a folder of its own: later imports and undone ones do not change it.
 * Throws `bad_data` where nothing is left.
 */
export async function createDataset(
  db: Database,
  folder: string,
  { name, recipe }: { name: string; recipe: DatasetRecipe },
  ctx: WorkContext,
): Promise<Dataset> {
  const id = `dataset-${randomBytes(6).toString('hex')}`;
  let dataset: Dataset | undefined;
  await createFolderAtomic(path.join(folder, id), async (staging) => {
    const steps = await db.read(async (session) => {
      const done = await chooseInteractions(session, recipe, ctx);
      if (done.at(-1)?.interactions === 0) {
        const last = done.find(({ interactions }) => interactions === 0)?.step;
        throw new EngineError('bad_data', `Nothing is left after the step “${last}”. Loosen it, or look at the preview.`, { steps: done });
      }
      await ctx.checkpoint({ phase: 'Writing the dataset' });
      const write = (sql: string, file: string): Promise<void> =>
        session.run(`COPY (${sql}) TO ${quotePath(path.join(staging, file))} (FORMAT parquet)`);
      await write(
        `SELECT i.* EXCLUDE (import_id) FROM interactions i WHERE i.rowid IN (SELECT place FROM ${chosen}) ORDER BY i.rowid`,
        datasetFiles.interactions,
      );
      for (const table of ['users', 'items'] as const) {
        const id = idColumns[table];
        await write(`FROM ${table} WHERE ${id} IN (SELECT ${id} FROM ${chosen}) ORDER BY ${id}`, datasetFiles[table]);
      }
      await write('FROM attributes', datasetFiles.attributes);
      return done;
    });
    const file = path.join(staging, datasetFiles.interactions);
    const { interactions, users, items } = steps.at(-1) as DatasetStep;
    dataset = {
      id,
      name,
      recipe,
      steps,
      counts: { interactions, users, items },
      fingerprint: await sha256File(file),
      sizeBytes: (await stat(file)).size,
      createdAt: new Date().toISOString(),
    };
    await writeFile(path.join(staging, datasetFiles.manifest), JSON.stringify(dataset, null, 2));
  });
  return dataset as Dataset;
}

/** A dataset by its id. Throws `not_found`. */
export async function readDataset(folder: string, id: string): Promise<Dataset> {
  const text = /^dataset-[0-9a-f]{12}$/.test(id)
    ? await readFile(path.join(folder, id, datasetFiles.manifest), 'utf8').catch(() => null)
    : null;
  const parsed = text === null ? null : Dataset.safeParse(JSON.parse(text));
  if (parsed?.success) return parsed.data;
  throw new EngineError('not_found', `There is no dataset ${id}. It may have been deleted.`, { dataset: id });
}

export async function removeDataset(folder: string, id: string): Promise<void> {
  await readDataset(folder, id);
  await rm(path.join(folder, id), { recursive: true, force: true });
}

/** Makes a session read the tables of a dataset in place of the workspace's, to the end of its transaction. Throws `bad_data` where the file is not what it was. */
export async function useDataset(session: Session, folder: string, { id, name, fingerprint }: Dataset): Promise<void> {
  const file = (of: keyof typeof datasetFiles): string => path.join(folder, id, datasetFiles[of]);
  if ((await sha256File(file('interactions')).catch(() => null)) !== fingerprint)
    throw new EngineError(
      'bad_data',
      `The file of the dataset ${name} was changed or is gone: it is not the data that was frozen. Make the dataset anew.`,
      {
        dataset: id,
      },
    );
  const rows = `SELECT * EXCLUDE (file_row_number), file_row_number AS rowid FROM read_parquet(${quotePath(file('interactions'))}, file_row_number = true)`;
  await session.run(`CREATE OR REPLACE TEMP VIEW interactions AS ${rows}`);
  for (const table of ['users', 'items', 'attributes'] as const)
    await session.run(`CREATE OR REPLACE TEMP VIEW ${table} AS FROM read_parquet(${quotePath(file(table))})`);
}

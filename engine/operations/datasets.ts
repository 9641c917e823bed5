import { Dataset } from '#contract/dataset';
import { EngineError } from '#contract/errors';
import type { HandlersOf } from '#contract/operations';
import type { Selection } from '#contract/run';
import { createDataset, previewDataset, readDataset, removeDataset, useDataset } from '../data/datasets.ts';
import { readTrainingData, type TrainingData } from '../data/training-data.ts';
import { layout } from '../workspace/layout.ts';
import { listFolderManifests } from '../workspace/manifests.ts';
import { type EngineContext, requireSession } from './engine-context.ts';

async function listDatasets(context: EngineContext): Promise<Dataset[]> {
  const found = await listFolderManifests(layout.datasets(requireSession(context).workspace.path), 'dataset.json', Dataset, 'dataset');
  return found.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** What a selection names: the workspace as it is now, or a dataset, by its id or its name. Throws `not_found`. */
export async function readSelected(context: EngineContext, selection: Selection): Promise<TrainingData> {
  const { workspace, database } = requireSession(context);
  if (selection.dataset === undefined) return readTrainingData(database, selection);
  const folder = layout.datasets(workspace.path);
  const named = (await listDatasets(context)).find(({ name }) => name === selection.dataset);
  const dataset = named ?? (await readDataset(folder, selection.dataset));
  return readTrainingData(database, selection, (session) => useDataset(session, folder, dataset));
}

export function datasetHandlers(context: EngineContext): HandlersOf<'dataset'> {
  return {
    'dataset.preview': async (recipe) => {
      const { database } = requireSession(context);
      return context.jobs.start('dataset', 'Preview a dataset', (work) => previewDataset(database, recipe, work));
    },
    'dataset.create': async (input) => {
      const { database, workspace } = requireSession(context);
      if ((await listDatasets(context)).some(({ name }) => name === input.name))
        throw new EngineError('conflict', `There is a dataset “${input.name}” already. Choose another name.`, { name: input.name });
      return context.jobs.start('dataset', `Freeze ${input.name}`, async (work) => {
        const dataset = await createDataset(database, layout.datasets(workspace.path), input, work);
        context.emit({ type: 'data.changed' });
        return dataset;
      });
    },
    'dataset.list': () => listDatasets(context),
    'dataset.remove': async ({ id }) => {
      await removeDataset(layout.datasets(requireSession(context).workspace.path), id);
      context.emit({ type: 'data.changed' });
      return { id };
    },
  };
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import { Run } from '#contract/run';
import type { FeatureCodes } from '../features/feature-codes.ts';
import { createFolderAtomic, writeDurable } from '../files/atomic.ts';
import type { Matrix, NamedArrays, SparseMatrix } from '../math/arrays.ts';
import { decodeSafetensors, encodeSafetensors } from '../math/safetensors.ts';
import { layout, runFiles } from '../workspace/layout.ts';
import { assertId, listFolderManifests, readFolderManifest } from '../workspace/manifests.ts';

/** Which user and item each row of a run's arrays is. */
export interface RunIds {
  users: string[];
  items: string[];
  /** What the codes of the items' attributes stood for in training; runs of earlier versions have none. */
  itemCodes?: FeatureCodes;
}

const pairsOf = ({ indptr, indices }: SparseMatrix): NamedArrays => ({
  'train.indptr': { shape: [indptr.length], data: indptr },
  'train.indices': { shape: [indices.length], data: indices },
});

/** What beside model and ids a retrieval run keeps: what each user had in training, and the metrics of each test user. */
interface RunEvidence {
  trained: SparseMatrix;
  tested: UserValues;
}

/** Each test user's own value of metrics: `values[metric][i]` is that of user row `users[i]`. */
export interface UserValues {
  users: Int32Array;
  values: Record<string, Float32Array>;
}

const valuesOf = ({ users, values }: UserValues): NamedArrays => ({
  users: { shape: [users.length], data: users },
  ...Object.fromEntries(Object.entries(values).map(([name, data]) => [name, { shape: [data.length], data }])),
});

/** Saves a run: its folder appears whole, with the manifest in it, or not at all. */
export async function saveRun(workspace: string, run: Run, arrays: NamedArrays, ids: RunIds, evidence?: RunEvidence): Promise<void> {
  // What could not be read again, such as a metric that is no number, must not be written.
  Run.parse(run);
  await createFolderAtomic(layout.run(workspace, run.id), async (staging) => {
    await writeDurable(path.join(staging, runFiles.model), encodeSafetensors(arrays));
    await writeDurable(path.join(staging, runFiles.ids), JSON.stringify(ids));
    if (evidence) {
      await writeDurable(path.join(staging, runFiles.train), encodeSafetensors(pairsOf(evidence.trained)));
      await writeDurable(path.join(staging, runFiles.evaluation), encodeSafetensors(valuesOf(evidence.tested)));
    }
    await writeDurable(path.join(staging, runFiles.curve), run.curve.map((point) => `${JSON.stringify(point)}\n`).join(''));
    await writeDurable(path.join(staging, runFiles.manifest), `${JSON.stringify(run, null, 2)}\n`);
  });
}

export async function readRun(workspace: string, id: string): Promise<Run> {
  assertId(id, 'run');
  return readFolderManifest(layout.run(workspace, id), runFiles.manifest, Run, 'run');
}

export function listRuns(workspace: string): Promise<Run[]> {
  return listFolderManifests(layout.runs(workspace), runFiles.manifest, Run, 'run');
}

export async function readRunArrays(workspace: string, id: string): Promise<NamedArrays> {
  return decodeSafetensors(await readFile(path.join(layout.run(workspace, id), runFiles.model))).arrays;
}

export async function readRunIds(workspace: string, id: string): Promise<RunIds> {
  return JSON.parse(await readFile(path.join(layout.run(workspace, id), runFiles.ids), 'utf8')) as RunIds;
}

/** A two-dimensional float array of a run. Throws `unsupported` where the model has none: it is not factorised. */
export function matrixOf(arrays: NamedArrays, name: string): Matrix {
  const array = arrays[name];
  const [rows, columns] = array?.shape ?? [];
  if (!array || rows === undefined || columns === undefined || !(array.data instanceof Float32Array)) {
    throw new EngineError(
      'unsupported',
      `This run has no ${name}: its model has no embeddings. Choose a run of a model that has, such as two-tower.`,
    );
  }
  return { rows, columns, data: array.data };
}

/** What each user of a retrieval run had in its training set: what its lists leave out, whatever was imported since. */
export async function readTrainingItems(workspace: string, id: string): Promise<Pick<SparseMatrix, 'indptr' | 'indices'>> {
  const { arrays } = decodeSafetensors(await readFile(path.join(layout.run(workspace, id), runFiles.train)));
  return { indptr: arrays['train.indptr']?.data as Int32Array, indices: arrays['train.indices']?.data as Int32Array };
}

/** Each test user's own metrics. Throws `unsupported` where the run is of an earlier version, or no retrieval run: then there are none. */
export async function readUserValues(workspace: string, id: string): Promise<UserValues> {
  const file = path.join(layout.run(workspace, id), runFiles.evaluation);
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new EngineError(
      'unsupported',
      `Run ${id} keeps no metrics of single users, so it cannot be compared user by user. Train it again.`,
    );
  });
  const { users, ...values } = decodeSafetensors(bytes).arrays;
  return {
    users: users?.data as Int32Array,
    values: Object.fromEntries(Object.entries(values).map(([name, { data }]) => [name, data as Float32Array])),
  };
}

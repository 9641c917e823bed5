import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import { Run } from '#contract/run';
import { createFolderAtomic, writeDurable } from '../files/atomic.ts';
import type { Matrix, NamedArrays, SparseMatrix } from '../math/arrays.ts';
import { decodeSafetensors, encodeSafetensors } from '../math/safetensors.ts';
import { layout, runFiles } from '../workspace/layout.ts';
import { assertId, listFolderManifests, readFolderManifest } from '../workspace/manifests.ts';

/** Which user and item each row of a run's arrays is. */
export interface RunIds {
  users: string[];
  items: string[];
}

const pairsOf = ({ indptr, indices }: SparseMatrix): NamedArrays => ({
  'train.indptr': { shape: [indptr.length], data: indptr },
  'train.indices': { shape: [indices.length], data: indices },
});

/** Saves a run: its folder appears whole, with the manifest in it, or not at all. */
export async function saveRun(workspace: string, run: Run, arrays: NamedArrays, ids: RunIds, train?: SparseMatrix): Promise<void> {
  await createFolderAtomic(layout.run(workspace, run.id), async (staging) => {
    await writeDurable(path.join(staging, runFiles.model), encodeSafetensors(arrays));
    await writeDurable(path.join(staging, runFiles.ids), JSON.stringify(ids));
    if (train) await writeDurable(path.join(staging, runFiles.train), encodeSafetensors(pairsOf(train)));
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

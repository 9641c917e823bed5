import path from 'node:path';
import type { HandlersOf } from '#contract/operations';
import { VectorIndexInfo } from '#contract/vector-index';
import { createFolderAtomic, writeDurable } from '../files/atomic.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { buildVectorIndex as buildIndex } from '../retrieval/build.ts';
import { readInstallationKey } from '../retrieval/installation-key.ts';
import { layout, vectorIndexFiles } from '../workspace/layout.ts';
import { listFolderManifests, newId } from '../workspace/manifests.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { matrixOf, readRun, readRunArrays } from './run-store.ts';
import { newestFactorised } from './training.ts';

interface IndexInput {
  run?: string | undefined;
  kind: 'auto' | 'exact' | 'hnsw';
}

/** Builds the index of a run (the newest with embeddings), measures it on this machine, and keeps what was measured. */
export async function buildVectorIndex(context: EngineContext, input: IndexInput, work: WorkContext): Promise<VectorIndexInfo> {
  const { workspace } = requireSession(context);
  const run = input.run ? await readRun(workspace.path, input.run) : await newestFactorised(workspace.path);
  const arrays = await readRunArrays(workspace.path, run.id);
  const id = newId('index');
  let info: VectorIndexInfo | undefined;
  await createFolderAtomic(layout.vectorIndex(workspace.path, id), async (staging) => {
    const built = await buildIndex(matrixOf(arrays, 'item.embedding'), {
      kind: input.kind,
      queries: matrixOf(arrays, 'user.embedding'),
      file: path.join(staging, vectorIndexFiles.vectors),
      key: await readInstallationKey(context.stateFolder),
      checkpoint: work.checkpoint,
    });
    built.index.dispose();
    info = { ...built.info, id, run: run.id, createdAt: new Date().toISOString() };
    await writeDurable(path.join(staging, vectorIndexFiles.manifest), `${JSON.stringify(info, null, 2)}\n`);
  });
  context.emit({ type: 'runs.changed' });
  return info as VectorIndexInfo;
}

export function listVectorIndexes(workspace: string): Promise<VectorIndexInfo[]> {
  return listFolderManifests(layout.vectorIndexes(workspace), vectorIndexFiles.manifest, VectorIndexInfo, 'vector index');
}

export function vectorIndexHandlers(context: EngineContext): HandlersOf<'vectorIndex'> {
  return {
    'vectorIndex.build': async (input) => {
      requireSession(context);
      return context.jobs.start('index', 'Build the vector index', (work) => buildVectorIndex(context, input, work));
    },
    'vectorIndex.list': async () => listVectorIndexes(requireSession(context).workspace.path),
  };
}

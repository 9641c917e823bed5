import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Job } from '#contract/job';
import type { HandlersOf } from '#contract/operations';
import { VectorIndexInfo } from '#contract/vector-index';
import { createFolderAtomic, writeDurable } from '../files/atomic.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { buildVectorIndex as buildIndex } from '../retrieval/build.ts';
import { readInstallationKey } from '../retrieval/installation-key.ts';
import { layout, vectorIndexFiles } from '../workspace/layout.ts';
import { listFolderManifests, newId } from '../workspace/manifests.ts';
import { createBundle } from './bundles.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { listRuns, matrixOf, readRun, readRunArrays } from './run-store.ts';
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

/** Builds the index of the served run again, and swaps the server to a bundle with it. */
export function reindex(context: EngineContext, body: { kind?: IndexInput['kind'] | undefined }): Job {
  const { workspace } = requireSession(context);
  return context.jobs.start('reindex', 'Build the vector index again', async (work) => {
    const run = await newestFactorised(workspace.path);
    const index = await buildVectorIndex(context, { run: run.id, kind: body.kind ?? 'auto' }, work);
    const ranker = (await listRuns(workspace.path)).find((candidate) => candidate.retrievalRun === run.id);
    const bundle = await createBundle(context, { run: run.id, ...(ranker ? { ranker: ranker.id } : {}), activate: true }, work);
    // The run's older indexes serve nothing any more.
    for (const old of await listVectorIndexes(workspace.path)) {
      if (old.run === run.id && old.id !== index.id) await rm(layout.vectorIndex(workspace.path, old.id), { recursive: true, force: true });
    }
    return { vectorIndex: index.id, kind: index.kind, reason: index.reason, recall: index.recall, bundle: bundle.id };
  });
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

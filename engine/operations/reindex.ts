import { rm } from 'node:fs/promises';
import type { Job } from '#contract/job';
import { layout } from '../workspace/layout.ts';
import { createBundle } from './bundles.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { listRuns } from './run-store.ts';
import { newestFactorised } from './training.ts';
import { buildVectorIndex, listVectorIndexes } from './vector-indexes.ts';

/** Builds the index of the served run again, and swaps the server to a bundle with it. */
export function reindex(context: EngineContext, body: { kind?: 'auto' | 'exact' | 'hnsw' | undefined }): Job {
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

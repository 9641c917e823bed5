import { rm } from 'node:fs/promises';
import { EngineError } from '#contract/errors';
import type { Job } from '#contract/job';
import { layout } from '../workspace/layout.ts';
import { readBundleInfo } from './bundles.ts';
import { ingestEvents } from './data.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { renewBundle } from './retire-bundles.ts';
import { buildVectorIndex, listVectorIndexes } from './vector-indexes.ts';

/** Builds the index of the served run again, and swaps the server to a bundle with it. */
export function reindex(context: EngineContext, body: { kind?: 'auto' | 'exact' | 'hnsw' | undefined }): Job {
  const { workspace } = requireSession(context);
  return context.jobs.start('reindex', 'Build the vector index again', async (work) => {
    const served = workspace.manifest.activeBundle;
    if (!served) throw new EngineError('not_found', 'There is no bundle whose index could be built again. Build the recommender first.');
    const { run, ranker } = (await readBundleInfo(context, served)).manifest;
    // What the server acknowledged a moment ago belongs to it.
    await ingestEvents(context);
    const index = await buildVectorIndex(context, { run, kind: body.kind ?? 'auto' }, work);
    const bundle = await renewBundle(context, { run, ranker: ranker?.run }, work);
    // The run's older indexes serve nothing any more.
    for (const old of await listVectorIndexes(workspace.path)) {
      if (old.run === run && old.id !== index.id) await rm(layout.vectorIndex(workspace.path, old.id), { recursive: true, force: true });
    }
    return { vectorIndex: index.id, kind: index.kind, reason: index.reason, recall: index.recall, bundle: bundle.id };
  });
}

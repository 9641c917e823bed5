import { rm } from 'node:fs/promises';
import type { Job } from '#contract/job';
import { countEntities } from '../data/entities.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { layout } from '../workspace/layout.ts';
import { generateData, importIntoWorkspace } from './data.ts';
import { type EngineContext, requireSession } from './engine-context.ts';

/** The sample: big enough that a model has something to learn, small enough to be done in a minute on two cores. */
const sample = { users: 1000, items: 500, events: 100_000, seed: 42 };

/** Draws the sample data and imports it. A workspace that has interactions keeps what it has. */
export async function bringSample(context: EngineContext, work: WorkContext): Promise<void> {
  const { workspace, database } = requireSession(context);
  if ((await countEntities(database)).interactions > 0) return;
  const out = layout.sample(workspace.path);
  await rm(out, { recursive: true, force: true });
  await generateData({ ...sample, out }, work);
  await importIntoWorkspace(context, { paths: [out] }, work);
}

/** One job brings the sample, however often it is asked for. */
export function startSampleImport(context: EngineContext): Job {
  requireSession(context);
  const under = context.jobs.list().find(({ kind, status }) => kind === 'sample' && (status === 'queued' || status === 'running'));
  return under ?? context.jobs.start('sample', 'Bring the sample data', (work) => bringSample(context, work));
}

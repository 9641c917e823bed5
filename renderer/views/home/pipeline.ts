import type { Job, Stage } from '#contract/job';
import { PipelineResult, pipelineStages } from '#contract/pipeline';
import type { Run } from '#contract/run';
import type { ServerStatus } from '#contract/server';
import type { WorkspaceSummary } from '#contract/workspace';
import { countOf, formatMetric } from '../../format/numbers.ts';
import { sortedJobs } from '../../store/apply-events.ts';

/** Where a stage can be looked at. */
const stageViews: Record<string, string> = {
  data: 'data',
  retrieval: 'models',
  ranking: 'models',
  evaluation: 'models',
  index: 'models',
  bundle: 'serve',
  serve: 'serve',
};

export const viewOfStage = (id: string): string => stageViews[id] ?? 'jobs';

/** The newest pipeline of this session: the only jobs that have stages. */
export function newestPipeline(jobs: Record<string, Job>): Job | undefined {
  return sortedJobs(jobs).find((job) => job.stages !== undefined);
}

/** What a workspace has already, by stage. */
export interface Present {
  workspace: WorkspaceSummary | null | undefined;
  runs: readonly Run[];
  server: ServerStatus | null;
}

function presentDetail(id: string, { workspace, runs, server }: Present): string | undefined {
  const newest = (role: Run['role']) => runs.find((run) => run.role === role);
  switch (id) {
    case 'data':
      return workspace?.interactions ? countOf(workspace.interactions, 'interaction') : undefined;
    case 'retrieval':
      return newest('retrieval')?.label;
    case 'ranking':
      return newest('ranking')?.label;
    case 'evaluation': {
      const metric = newest('retrieval')?.metrics['ndcg@10'];
      return metric === undefined ? undefined : `NDCG@10 ${formatMetric(metric)}`;
    }
    case 'index':
    case 'bundle':
      return workspace?.activeBundle ? (id === 'index' ? 'in the bundle' : 'active') : undefined;
    case 'serve':
      return server?.state === 'running' ? (server.url ?? undefined) : undefined;
    default:
      return undefined;
  }
}

/** The stages to draw: a pipeline's own, or, before one ran in this session, what the workspace has already. */
export function stagesToDraw(job: Job | undefined, present: Present): Stage[] {
  if (job?.stages?.length) return job.stages;
  return pipelineStages.map(([id, label]): Stage => {
    const detail = presentDetail(id, present);
    return detail === undefined ? { id, label, status: 'waiting' } : { id, label, status: 'succeeded', detail };
  });
}

/** What a finished pipeline left; undefined where it did not finish. */
export function resultOfPipeline(job: Job | undefined): PipelineResult | undefined {
  if (job?.status !== 'succeeded') return undefined;
  const parsed = PipelineResult.safeParse(job.result);
  return parsed.success ? parsed.data : undefined;
}

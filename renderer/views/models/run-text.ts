import type { Job } from '#contract/job';
import type { Run } from '#contract/run';

/** How a run was split, in words. */
export function splitText(split: Run['split']): string {
  switch (split.kind) {
    case 'temporal':
      return `last ${Math.round(split.testShare * 100)} % by time`;
    case 'leave-last-out':
      return 'last interaction of each user';
    case 'ratio':
      return `random ${Math.round(split.testShare * 100)} % of each user`;
    case 'file':
      return 'given test file';
  }
}

/** Which metric a list of runs shows for a run: the first of the usual ones that it has. */
export function headlineMetric(run: Pick<Run, 'metrics'>): string | undefined {
  return ['ndcg@10', 'auc', 'ndcg@20', 'recall@10'].find((name) => run.metrics[name] !== undefined) ?? Object.keys(run.metrics)[0];
}

/** The run that a finished training left: its result is the run or names it. */
export function runIdOf(job: Job | undefined): string | undefined {
  if (job?.status !== 'succeeded' || typeof job.result !== 'object' || job.result === null) return undefined;
  const { id, run } = job.result as { id?: unknown; run?: unknown };
  if (typeof run === 'string') return run;
  return typeof id === 'string' ? id : undefined;
}

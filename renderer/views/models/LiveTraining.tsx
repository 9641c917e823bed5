import { useMemo } from 'react';
import type { Job } from '#contract/job';
import type { ModelInfo } from '#contract/model';
import { Chart } from '../../charts/Chart.tsx';
import { curveFigure } from '../../charts/curve-figure.ts';
import { useChartTheme } from '../../charts/use-chart-theme.ts';
import { useJobRecord } from '../../client/use-job-record.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { JobWayOn } from '../../components/Interrupted.tsx';
import { JobProgress } from '../../components/JobProgress.tsx';
import { Panel } from '../../components/Panel.tsx';

/** What a training that was cancelled leaves, in words. */
function cancelledText({ checkpoint }: Job, { label, resumable }: ModelInfo): string {
  if (checkpoint) return 'The training was cancelled; it leaves no run.';
  const why = resumable ? 'It was stopped before its first checkpoint.' : `${label} has no checkpoints to resume from.`;
  return `The training was cancelled; it leaves no run. ${why}`;
}

/** A training under way: progress and the growing curve. Of one that was interrupted: how to go on. */
export function LiveTraining({ job, model, onStarted }: { job: Job; model: ModelInfo; onStarted: (job: Job) => void }) {
  const { curve } = useJobRecord(job.id);
  const theme = useChartTheme();
  const figure = useMemo(() => curveFigure(curve, theme), [curve, theme]);
  return (
    <Panel title={job.title}>
      <JobProgress job={job} />
      {job.status === 'failed' && job.error && <ErrorNote error={job.error} />}
      {job.status === 'cancelled' && <p className="muted">{cancelledText(job, model)}</p>}
      {job.checkpoint && <JobWayOn job={job} onStarted={onStarted} />}
      {curve.length > 0 && <Chart figure={figure} label="Live training curve" height={240} />}
    </Panel>
  );
}

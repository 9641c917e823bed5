import { useMemo } from 'react';
import type { Job } from '#contract/job';
import { Chart } from '../../charts/Chart.tsx';
import { curveFigure } from '../../charts/curve-figure.ts';
import { useChartTheme } from '../../charts/use-chart-theme.ts';
import { useJobRecord } from '../../client/use-job-record.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { JobProgress } from '../../components/JobProgress.tsx';
import { Panel } from '../../components/Panel.tsx';

/** A training under way: progress and the growing curve. */
export function LiveTraining({ job }: { job: Job }) {
  const { curve } = useJobRecord(job.id);
  const theme = useChartTheme();
  const figure = useMemo(() => curveFigure(curve, theme), [curve, theme]);
  return (
    <Panel title={job.title}>
      <JobProgress job={job} />
      {job.status === 'failed' && job.error && <ErrorNote error={job.error} />}
      {job.status === 'cancelled' && <p className="muted">The training was cancelled; it leaves no run.</p>}
      {curve.length > 0 && <Chart figure={figure} label="Live training curve" height={240} />}
    </Panel>
  );
}

import { useMemo } from 'react';
import type { Job } from '#contract/job';
import { Chart } from '../../charts/Chart.tsx';
import { curveFigure } from '../../charts/curve-figure.ts';
import { useChartTheme } from '../../charts/use-chart-theme.ts';
import { useJobRecord } from '../../client/use-job-record.ts';
import { CopyButton, IdText } from '../../components/CopyButton.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { JobWayOn } from '../../components/Interrupted.tsx';
import { JobProgress } from '../../components/JobProgress.tsx';
import { LogView } from '../../components/LogView.tsx';
import { Panel } from '../../components/Panel.tsx';

/** Progress, error, curve, log and result of one job. */
export function JobDetail({ job, onJob }: { job: Job; onJob: (id: string) => void }) {
  const record = useJobRecord(job.id);
  const theme = useChartTheme();
  const figure = useMemo(() => curveFigure(record.curve, theme), [record.curve, theme]);
  const log = record.lines.map((line) => `${line.at} ${line.level} ${line.text}`).join('\n');
  const result = job.result === undefined || job.result === null ? undefined : JSON.stringify(job.result, null, 2);
  return (
    <>
      <Panel title={job.title} note={<IdText id={job.id} label="job id" />}>
        <JobProgress job={job} />
        {job.error && job.status === 'failed' && <ErrorNote error={job.error} />}
        {job.status === 'cancelled' && <p className="muted">Cancelled.</p>}
        {job.checkpoint && <JobWayOn job={job} onStarted={(started) => onJob(started.id)} />}
        {record.curve.length > 0 && <Chart figure={figure} label={`Curve of ${job.title}`} height={220} />}
        {result && (
          <details className="job-result" open={job.stages === undefined}>
            <summary>
              Result <CopyButton label="Copy result" text={result} />
            </summary>
            <pre>{result}</pre>
          </details>
        )}
      </Panel>
      <Panel title="Log" flush actions={record.lines.length > 0 && <CopyButton label="Copy log" text={log} />}>
        {record.error ? <ErrorNote error={record.error} /> : <LogView lines={record.lines} />}
      </Panel>
    </>
  );
}

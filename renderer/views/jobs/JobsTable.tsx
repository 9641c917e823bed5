import { ProgressBar } from '@blueprintjs/core';
import type { Job } from '#contract/job';
import { JobStatusText } from '../../components/JobStatusText.tsx';
import { isActive, jobDuration, jobShare, jobStarted } from '../../format/job.ts';
import { formatRate, formatShare } from '../../format/numbers.ts';
import { formatClock, formatMoment } from '../../format/time.ts';
import { useNow } from '../../store/use-now.ts';

function Progress({ job }: { job: Job }) {
  const share = jobShare(job);
  if (!isActive(job)) return <span className="muted">{share === 1 ? '100 %' : '–'}</span>;
  return (
    <span className="cell-progress">
      <ProgressBar
        {...(share === undefined ? {} : { value: share })}
        animate={share === undefined}
        stripes={share === undefined}
        aria-label={`Progress of ${job.title}`}
      />
      <span>{share === undefined ? '' : formatShare(share)}</span>
    </span>
  );
}

interface JobsTableProps {
  jobs: readonly Job[];
  selected: string | undefined;
  onSelect: (id: string) => void;
}

/** Jobs of this session, newest first. */
export function JobsTable({ jobs, selected, onSelect }: JobsTableProps) {
  const now = useNow(1000);
  return (
    <div className="table-scroll">
      <table className="table" data-testid="jobs-table">
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Status</th>
            <th scope="col">Stage</th>
            <th scope="col">Progress</th>
            <th scope="col" className="number">
              Rate
            </th>
            <th scope="col" className="number">
              Left
            </th>
            <th scope="col" className="number">
              Took
            </th>
            <th scope="col">Started</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id} className={job.id === selected ? 'selected' : ''}>
              <th scope="row">
                <button type="button" className="link-button" aria-pressed={job.id === selected} onClick={() => onSelect(job.id)}>
                  {job.title}
                </button>
              </th>
              <td>
                <JobStatusText status={job.status} />
              </td>
              <td>{isActive(job) ? (job.progress?.phase ?? '') : ''}</td>
              <td>
                <Progress job={job} />
              </td>
              <td className="number">
                {isActive(job) && job.progress?.rate !== undefined ? formatRate(job.progress.rate, job.progress.unit) : ''}
              </td>
              <td className="number">{isActive(job) && job.remainingSeconds !== undefined ? formatClock(job.remainingSeconds) : ''}</td>
              <td className="number">{jobDuration(job, now)}</td>
              <td title={`Asked for ${formatMoment(job.createdAt)}`}>{jobStarted(job)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { Spinner } from '@blueprintjs/core';
import { BanCircleIcon, ErrorIcon, TickCircleIcon, TimeIcon } from '@blueprintjs/icons';
import type { JobStatus } from '#contract/job';

const words: Record<JobStatus, string> = {
  queued: 'Waiting',
  running: 'Running',
  succeeded: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

function StatusIcon({ status }: { status: JobStatus }) {
  switch (status) {
    case 'queued':
      return <TimeIcon size={14} className="muted" />;
    case 'running':
      return <Spinner size={14} />;
    case 'succeeded':
      return <TickCircleIcon size={14} className="state-good" />;
    case 'failed':
      return <ErrorIcon size={14} className="state-danger" />;
    case 'cancelled':
      return <BanCircleIcon size={14} className="muted" />;
  }
}

/** A job's status as icon and word. */
export function JobStatusText({ status }: { status: JobStatus }) {
  return (
    <span className="job-status">
      <StatusIcon status={status} />
      {words[status]}
    </span>
  );
}

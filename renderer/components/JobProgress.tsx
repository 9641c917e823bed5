import { Button, ProgressBar } from '@blueprintjs/core';
import type { Job } from '#contract/job';
import { cancelJob } from '../client/commands.ts';
import { useAction } from '../client/use-action.ts';
import { isActive, jobShare, progressLine } from '../format/job.ts';
import { ErrorNote } from './ErrorNote.tsx';

/** A running job where it was set going: how far, how fast, how long still, and a way to stop it. */
export function JobProgress({ job }: { job: Job }) {
  const cancel = useAction(cancelJob);
  if (!isActive(job)) return null;
  const share = jobShare(job);
  return (
    <div className="job-progress">
      <div className="job-progress-line">
        <span>{job.status === 'queued' ? 'Waiting for the job before it' : progressLine(job) || job.title}</span>
        <Button
          size="small"
          variant="outlined"
          text="Cancel"
          aria-label={`Cancel ${job.title}`}
          loading={cancel.busy}
          onClick={() => cancel.run(job.id)}
        />
      </div>
      <ProgressBar
        {...(share === undefined ? {} : { value: share })}
        animate={share === undefined}
        stripes={share === undefined}
        aria-label={`Progress of ${job.title}`}
      />
      {cancel.error && <ErrorNote error={cancel.error} />}
    </div>
  );
}

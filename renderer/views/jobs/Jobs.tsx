import { Button } from '@blueprintjs/core';
import { StopIcon } from '@blueprintjs/icons';
import { cancelJob } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Empty, Skeleton } from '../../components/States.tsx';
import { ViewHeader } from '../../components/ViewHeader.tsx';
import { isActive } from '../../format/job.ts';
import { activeJob, sortedJobs } from '../../store/apply-events.ts';
import { openView, useStore } from '../../store/store.ts';
import { useViewState } from '../../store/use-view-state.ts';
import { JobDetail } from './JobDetail.tsx';
import { JobsTable } from './JobsTable.tsx';

export function Jobs() {
  const [state, patch] = useViewState('jobs', { job: '' });
  const all = useStore((store) => store.jobs);
  const known = useStore((store) => store.workspace !== undefined);
  const cancel = useAction(cancelJob);
  const jobs = sortedJobs(all);
  const selected = all[state.job] ?? activeJob(all) ?? jobs[0];
  const stoppable = selected && isActive(selected) ? selected : activeJob(all);
  return (
    <>
      <ViewHeader
        title="Jobs"
        purpose="Everything that takes long: how far it is, what it says, and a way to stop it."
        action={
          <Button
            icon={<StopIcon />}
            text="Cancel job"
            disabled={!stoppable}
            loading={cancel.busy}
            title={stoppable ? `Cancel ${stoppable.title}` : 'No job is running'}
            onClick={() => stoppable && cancel.run(stoppable.id)}
          />
        }
      />
      {cancel.error && <ErrorNote error={cancel.error} />}
      <Panel flush>
        {!known ? (
          <Skeleton rows={4} height={20} />
        ) : jobs.length ? (
          <JobsTable jobs={jobs} selected={selected?.id} onSelect={(job) => patch({ job })} />
        ) : (
          <Empty action={<Button variant="outlined" text="Open Home" onClick={() => openView('home')} />}>
            No job has run since the window was opened: building, training and importing show here.
          </Empty>
        )}
      </Panel>
      {selected && <JobDetail key={selected.id} job={selected} onJob={(job) => patch({ job })} />}
    </>
  );
}

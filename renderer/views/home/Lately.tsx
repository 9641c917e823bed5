import { Button } from '@blueprintjs/core';
import type { Job } from '#contract/job';
import { openWorkspaceAt } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { useOperation } from '../../client/use-operation.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { JobStatusText } from '../../components/JobStatusText.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Answered } from '../../components/States.tsx';
import { jobDuration } from '../../format/job.ts';
import { formatAge, formatMoment } from '../../format/time.ts';
import { sortedJobs } from '../../store/apply-events.ts';
import { openView, useStore } from '../../store/store.ts';
import { useNow } from '../../store/use-now.ts';

function JobLine({ job, now }: { job: Job; now: number }) {
  return (
    <li>
      <button type="button" className="line-button" onClick={() => openView('jobs', { job: job.id })}>
        <JobStatusText status={job.status} />
        <span className="grow">{job.title}</span>
        <span className="muted">{job.endedAt ? jobDuration(job, now) : ''}</span>
        <time className="muted" dateTime={job.createdAt} title={formatMoment(job.createdAt)}>
          {formatAge(job.createdAt, now)}
        </time>
      </button>
    </li>
  );
}

/** What happened last in this workspace. */
export function Lately() {
  const jobs = useStore((state) => state.jobs);
  const runs = useOperation('run.list', {}, ['runs', 'workspace']);
  const now = useNow(30_000);
  const recent = sortedJobs(jobs).slice(0, 6);
  return (
    <Panel title="What happened last" flush>
      {recent.length > 0 ? (
        <ul className="line-list">
          {recent.map((job) => (
            <JobLine key={job.id} job={job} now={now} />
          ))}
        </ul>
      ) : (
        <Answered answer={runs}>
          {(list) =>
            list.length === 0 ? (
              <p className="panel-text muted">Nothing yet in this workspace.</p>
            ) : (
              <ul className="line-list">
                {list.slice(0, 6).map((run) => (
                  <li key={run.id}>
                    <button type="button" className="line-button" onClick={() => openView('models', { model: run.model, run: run.id })}>
                      <span className="grow">{run.label} trained</span>
                      <time className="muted" dateTime={run.createdAt} title={formatMoment(run.createdAt)}>
                        {formatAge(run.createdAt, now)}
                      </time>
                    </button>
                  </li>
                ))}
              </ul>
            )
          }
        </Answered>
      )}
    </Panel>
  );
}

/** Workspaces opened before. */
export function Recent() {
  const recent = useOperation('workspace.recent', {}, ['workspace']);
  const current = useStore((state) => state.workspace?.path);
  const open = useAction(openWorkspaceAt);
  const now = useNow(30_000);
  return (
    <Panel title="Recent workspaces" flush>
      <Answered answer={recent}>
        {(list) =>
          list.length === 0 ? (
            <p className="panel-text muted">No workspace was opened before.</p>
          ) : (
            <ul className="line-list">
              {list.slice(0, 6).map((entry) => (
                <li key={entry.path} className="line">
                  <span className="grow">
                    <strong>{entry.name}</strong> <span className="muted path">{entry.path}</span>
                  </span>
                  <span className="muted">
                    {entry.path === current ? 'open' : entry.exists ? formatAge(entry.openedAt, now) : 'missing'}
                  </span>
                  <Button
                    size="small"
                    variant="outlined"
                    text="Open"
                    aria-label={`Open ${entry.name}`}
                    disabled={!entry.exists || entry.path === current}
                    onClick={() => open.run(entry.path)}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
      {open.error && <ErrorNote error={open.error} />}
    </Panel>
  );
}

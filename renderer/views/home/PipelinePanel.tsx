import { Button } from '@blueprintjs/core';
import type { Job } from '#contract/job';
import type { Run } from '#contract/run';
import { verdictOf } from '#contract/verdict';
import { startServing } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { type Answer, useOperation } from '../../client/use-operation.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { type MetricsRow, rowsOfRun, rowsOfTable } from '../../components/comparison.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { JobProgress } from '../../components/JobProgress.tsx';
import { MetricsTable } from '../../components/MetricsTable.tsx';
import { Panel } from '../../components/Panel.tsx';
import { activeImport } from '../../format/job.ts';
import { formatAge } from '../../format/time.ts';
import { openView, useStore } from '../../store/store.ts';
import { useNow } from '../../store/use-now.ts';
import { newestPipeline, resultOfPipeline, stagesToDraw } from './pipeline.ts';
import { StageStrip } from './StageStrip.tsx';

/** The two next steps after a build. */
function NextSteps({ run }: { run: string }) {
  const server = useStore((state) => state.server);
  const serve = useAction(startServing);
  return (
    <div className="next-steps">
      <Button variant="outlined" text="Try it in the Playground" onClick={() => openView('playground', { run })} />
      {server?.state === 'running' && server.url ? (
        <span className="next-address">
          Serving at <code>{server.url}</code>
          <CopyButton label="Copy server address" text={server.url} />
          <Button size="small" variant="minimal" text="Open Serve" onClick={() => openView('serve')} />
        </span>
      ) : (
        <Button variant="outlined" text="Start serving" loading={serve.busy} onClick={() => serve.run({ nextFreePort: true })} />
      )}
      {serve.error && <ErrorNote error={serve.error} />}
    </div>
  );
}

function Outcome({ verdict, rows, run }: { verdict: string; rows: readonly MetricsRow[]; run: string }) {
  return (
    <div className="outcome">
      <p className="verdict" data-testid="verdict">
        {verdict}
      </p>
      <MetricsTable rows={rows} testId="metrics-table" />
      <NextSteps run={run} />
    </div>
  );
}

/** The newest result of the workspace: of this session's pipeline, or of the newest run on disk. */
function Result({ job, runs }: { job: Job | undefined; runs: Answer<Run[]> }) {
  const now = useNow(30_000);
  const result = resultOfPipeline(job);
  if (result) {
    const run = runs.data?.find(({ id }) => id === result.run);
    return <Outcome verdict={result.verdict} rows={rowsOfTable(result.table, run)} run={result.run} />;
  }
  if (job && (job.status === 'running' || job.status === 'queued')) return null;
  const run =
    runs.data?.find((one) => one.role === 'retrieval' && one.baselines.length > 0) ?? runs.data?.find((one) => one.role === 'retrieval');
  if (!run) return null;
  return (
    <>
      <p className="muted outcome-age">Last result, {formatAge(run.createdAt, now)}</p>
      <Outcome verdict={verdictOf(run)} rows={rowsOfRun(run)} run={run.id} />
    </>
  );
}

/** Seven stages, what runs now, and what came out. */
export function PipelinePanel() {
  const job = useStore((state) => newestPipeline(state.jobs));
  const workspace = useStore((state) => state.workspace);
  const server = useStore((state) => state.server);
  const coming = useStore((state) => activeImport(state.jobs));
  const runs = useOperation('run.list', workspace ? {} : null, ['runs', 'workspace']);
  return (
    <Panel title="Pipeline" note="Each stage opens its view">
      <StageStrip stages={stagesToDraw(job, { workspace, runs: runs.data ?? [], server })} job={job} />
      {job && <JobProgress job={job} />}
      {job?.status === 'failed' && job.error && <ErrorNote error={job.error} />}
      {job?.status === 'cancelled' && <p className="muted">The build was cancelled. What its finished stages made is kept.</p>}
      {!job && coming && <JobProgress job={coming} />}
      {workspace?.interactions === 0 && !job && !coming && (
        <p className="muted">
          This workspace has no interactions yet. Build recommender makes sample data first; to use your own, import a file.
        </p>
      )}
      {workspace && <Result job={job} runs={runs} />}
    </Panel>
  );
}

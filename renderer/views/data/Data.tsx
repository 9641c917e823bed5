import { Button, Tab, Tabs } from '@blueprintjs/core';
import { ImportIcon } from '@blueprintjs/icons';
import { chooseImport, openSample } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { useOperation } from '../../client/use-operation.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { JobProgress } from '../../components/JobProgress.tsx';
import { NeedsWorkspace } from '../../components/NeedsWorkspace.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Answered, Empty, Skeleton } from '../../components/States.tsx';
import { ViewHeader } from '../../components/ViewHeader.tsx';
import { activeImport } from '../../format/job.ts';
import { formatCount } from '../../format/numbers.ts';
import { useStore } from '../../store/store.ts';
import { useViewState } from '../../store/use-view-state.ts';
import { Datasets } from './Datasets.tsx';
import { Live } from './live/Live.tsx';
import { Counts, Plots } from './Overview.tsx';
import { Quality } from './quality/Quality.tsx';
import { RowGrid, type TableName } from './RowGrid.tsx';
import { ImportsTable, ProfileTable } from './Tables.tsx';

const tables: readonly [TableName, string][] = [
  ['interactions', 'Interactions'],
  ['users', 'Users'],
  ['items', 'Items'],
  ['rejects', 'Rejects'],
];

function Contents() {
  const [state, patch] = useViewState('data', { table: 'interactions' as TableName });
  const imports = useOperation('data.imports', {}, ['data', 'workspace']);
  const profile = useOperation('data.profile', {}, ['data', 'workspace']);
  const series = useOperation('data.series', {}, ['data', 'workspace']);
  const rejected = (imports.data ?? []).reduce((sum, file) => sum + file.rejected, 0);
  const nothing = imports.data?.length === 0 && profile.data?.interactions === 0;
  const sample = useAction(openSample);
  const coming = useStore((state) => activeImport(state.jobs));
  const retry = () => {
    for (const answer of [imports, profile, series]) answer.reload();
  };

  if (nothing && coming) {
    return (
      <Panel title={coming.title}>
        <JobProgress job={coming} />
      </Panel>
    );
  }
  if (nothing) {
    return (
      <Panel>
        <Empty
          action={
            <div className="button-row">
              <Button variant="outlined" icon={<ImportIcon />} text="Import file" onClick={() => chooseImport('data')} />
              <Button variant="outlined" text="Open sample" loading={sample.busy} onClick={() => sample.run()} />
            </div>
          }
        >
          Nothing is imported yet: drop a file with a user, an item and, where there is one, a time in each row.
        </Empty>
        {sample.error && <ErrorNote error={sample.error} />}
      </Panel>
    );
  }
  if (imports.error && !imports.data && profile.error?.message === imports.error.message) {
    // Nothing of the workspace can be read: said once, not in each panel.
    return <ErrorNote error={imports.error} onRetry={retry} />;
  }
  return (
    <>
      <Answered answer={profile} skeleton={<Skeleton rows={2} height={24} />}>
        {(data) => <Counts profile={data} />}
      </Answered>
      <Answered answer={series} skeleton={<Skeleton rows={6} height={32} />}>
        {(data) => <Plots series={data} />}
      </Answered>
      <Panel
        title="Rows"
        flush
        className="rows-panel"
        actions={
          <Tabs id="rows" selectedTabId={state.table} onChange={(table) => patch({ table: table as TableName })}>
            {tables.map(([id, label]) => (
              // Blueprint's arrow keys pass over tabs that do not say that they are enabled.
              <Tab key={id} id={id} disabled={false} title={id === 'rejects' && rejected ? `${label} (${formatCount(rejected)})` : label} />
            ))}
          </Tabs>
        }
      >
        <RowGrid key={state.table} table={state.table} />
      </Panel>
      <Panel title="Imports" flush>
        <Answered answer={imports}>
          {(data) =>
            data.length ? (
              <ImportsTable imports={data} onRejects={() => patch({ table: 'rejects' })} />
            ) : (
              <p className="panel-text muted">No file was imported; the interactions came through the server.</p>
            )
          }
        </Answered>
      </Panel>
      <Live />
      <Quality />
      <Datasets />
      <Panel title="Columns" flush>
        <Answered answer={profile}>{(data) => <ProfileTable columns={data.columns} />}</Answered>
      </Panel>
    </>
  );
}

export function Data() {
  return (
    <>
      <ViewHeader
        title="Data"
        purpose="What was imported, what was rejected, and what it looks like."
        action={<Button intent="primary" icon={<ImportIcon />} text="Import file" onClick={() => chooseImport('data')} />}
      />
      <NeedsWorkspace>
        <Contents />
      </NeedsWorkspace>
    </>
  );
}

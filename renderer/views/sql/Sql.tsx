import { Button, SegmentedControl, Switch } from '@blueprintjs/core';
import { PlayIcon, StopIcon } from '@blueprintjs/icons';
import { useEffect, useRef, useState } from 'react';
import type { SqlOutcome, SqlView } from '#contract/sql';
import { bridge } from '../../client/bridge.ts';
import { startJob } from '../../client/commands.ts';
import { engine } from '../../client/connect.ts';
import { useAction } from '../../client/use-action.ts';
import { useOperation } from '../../client/use-operation.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { JobProgress } from '../../components/JobProgress.tsx';
import { NeedsWorkspace } from '../../components/NeedsWorkspace.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Answered } from '../../components/States.tsx';
import { ViewHeader } from '../../components/ViewHeader.tsx';
import { isActive } from '../../format/job.ts';
import { formatCount } from '../../format/numbers.ts';
import { formatAge, formatDuration } from '../../format/time.ts';
import { useStore } from '../../store/store.ts';
import { useNow } from '../../store/use-now.ts';
import { useViewState } from '../../store/use-view-state.ts';
import { SqlChart } from './SqlChart.tsx';
import { SqlEditor } from './SqlEditor.tsx';
import { SqlGrid } from './SqlGrid.tsx';

const initial = { text: 'SELECT event_type, count(*) AS events\nFROM interactions\nGROUP BY event_type\nORDER BY events DESC' };

function ExportResult({ id, view }: { id: number; view: SqlView }) {
  const [jobId, setJobId] = useState<string>();
  const job = useStore((state) => (jobId ? state.jobs[jobId] : undefined));
  const save = useAction(async () => {
    const path = await bridge().chooseSaveFile('result.csv');
    if (path) setJobId((await startJob('sql.export', { id, path, view })).id);
  });
  const written = job?.status === 'succeeded' ? (job.result as { path: string; rows: number }) : undefined;
  return (
    <>
      {job && isActive(job) && <JobProgress job={job} />}
      {written && (
        <span className="muted">
          {formatCount(written.rows)} rows in {written.path}
        </span>
      )}
      {(save.error ?? job?.error) && <ErrorNote error={(save.error ?? job?.error)!} />}
      <Button
        size="small"
        variant="outlined"
        text="Export rows"
        title="As .csv, .tsv or .parquet, by the ending of the name"
        loading={save.busy}
        onClick={() => save.run()}
      />
    </>
  );
}

function Outcome({ outcome }: { outcome: SqlOutcome }) {
  const [view, setView] = useState<SqlView>({});
  const [pane, setPane] = useState('rows');
  if (outcome.kind === 'done') {
    return (
      <Panel title={outcome.label}>
        <p>
          {formatCount(outcome.changed)} rows in {formatDuration(outcome.seconds)}.
        </p>
      </Panel>
    );
  }
  return (
    <Panel
      title="Result"
      note={`${formatCount(outcome.rows)} rows in ${formatDuration(outcome.seconds)}`}
      flush={pane === 'rows'}
      className="sql-results"
      testId="sql-result"
      actions={
        <>
          <ExportResult id={outcome.id} view={view} />
          <SegmentedControl
            size="small"
            value={pane}
            onValueChange={setPane}
            options={[
              { label: 'Rows', value: 'rows' },
              { label: 'Plot', value: 'plot' },
            ]}
          />
        </>
      }
    >
      {outcome.columns.length === 0 ? (
        <p className="panel-text muted">The statement gave no columns.</p>
      ) : pane === 'rows' ? (
        <SqlGrid id={outcome.id} columns={outcome.columns} view={view} onView={setView} />
      ) : (
        <SqlChart id={outcome.id} columns={outcome.columns} view={view} />
      )}
    </Panel>
  );
}

function Side({ onInsert, ran }: { onInsert: (text: string) => void; ran: number }) {
  const tables = useOperation('sql.tables', {}, ['data', 'workspace']);
  const past = useOperation('sql.history', {}, ['workspace']);
  const now = useNow(30_000);
  const { reload } = past;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `ran` only says that there is news.
  useEffect(() => reload(), [ran, reload]);
  return (
    <aside className="sql-side">
      <Panel title="Tables" flush>
        <Answered answer={tables}>
          {(known) => (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
            <div className="sql-tables" tabIndex={0}>
              {known.tables.map(({ name, columns }) => (
                <details key={name}>
                  <summary>{name}</summary>
                  <ul>
                    {columns.map((column) => (
                      <li key={column.name}>
                        <span>{column.name}</span>
                        <span className="muted">{column.type.toLowerCase()}</span>
                      </li>
                    ))}
                  </ul>
                </details>
              ))}
            </div>
          )}
        </Answered>
      </Panel>
      <Panel title="History" flush>
        <Answered answer={past}>
          {(list) =>
            list.length === 0 ? (
              <p className="panel-text muted">What is run is kept here.</p>
            ) : (
              <ol className="sql-history" data-testid="sql-history">
                {list.map(({ sql, at, rows, error }) => (
                  <li key={sql}>
                    <button type="button" title={error ?? sql} onClick={() => onInsert(sql)}>
                      <code>{sql.replaceAll(/\s+/g, ' ')}</code>
                      <span className={error ? 'state-danger' : 'muted'}>
                        {error ? 'refused' : `${formatCount(rows ?? 0)} rows`} · {formatAge(at, now)}
                      </span>
                    </button>
                  </li>
                ))}
              </ol>
            )
          }
        </Answered>
      </Panel>
    </aside>
  );
}

function Console() {
  const [state, patch] = useViewState('sql', initial);
  const [unlocked, setUnlocked] = useState(false);
  const [outcome, setOutcome] = useState<SqlOutcome>();
  const [ran, setRan] = useState(0);
  const tables = useOperation('sql.tables', {}, ['data', 'workspace']);
  const runNow = useRef<() => void>(() => undefined);
  const run = useAction(async (sql: string) => {
    try {
      setOutcome(await engine.call('sql.run', { sql, unlocked }));
    } finally {
      setRan((count) => count + 1);
    }
  });
  const stop = useAction(() => engine.call('sql.cancel', {}));
  return (
    <div className="sql-view">
      <div className="sql-main">
        <Panel
          title="Statement"
          note="Ctrl+Enter runs the selection, or the statement at the cursor"
          flush
          actions={
            <>
              <Switch
                checked={unlocked}
                label="Unlocked"
                className="sql-unlock"
                onChange={(event) => setUnlocked(event.currentTarget.checked)}
              />
              {run.busy ? (
                <Button
                  size="small"
                  intent="danger"
                  variant="outlined"
                  icon={<StopIcon />}
                  text="Stop statement"
                  onClick={() => stop.run()}
                />
              ) : (
                <Button size="small" intent="primary" icon={<PlayIcon />} text="Run statement" onClick={() => runNow.current()} />
              )}
            </>
          }
        >
          {unlocked && (
            <p className="state-warning sql-warning" role="status">
              Unlocked: INSERT, UPDATE, DELETE, CREATE … AS and DROP change this workspace, and nothing takes that back.
            </p>
          )}
          <SqlEditor
            text={state.text}
            known={tables.data}
            onChange={(text) => patch({ text })}
            onRun={(sql) => {
              if (!run.busy) void run.run(sql);
            }}
            onReady={(ready) => {
              runNow.current = ready;
            }}
          />
        </Panel>
        {run.error && <ErrorNote error={run.error} />}
        {outcome && <Outcome key={outcome.kind === 'rows' ? outcome.id : `done ${ran}`} outcome={outcome} />}
      </div>
      <Side ran={ran} onInsert={(text) => patch({ text })} />
    </div>
  );
}

export function Sql() {
  return (
    <>
      <ViewHeader title="SQL" purpose="Ask the workspace anything: its tables are read, files and the network never." />
      <NeedsWorkspace>
        <Console />
      </NeedsWorkspace>
    </>
  );
}

import { Alert, Button } from '@blueprintjs/core';
import { ConsoleIcon, TickCircleIcon, WarningSignIcon } from '@blueprintjs/icons';
import { useState } from 'react';
import type { QualityCheck, QualityFix } from '#contract/quality';
import { startJob } from '../../../client/commands.ts';
import { engine } from '../../../client/connect.ts';
import { openInConsole } from '../../../client/open-in-console.ts';
import { useAction } from '../../../client/use-action.ts';
import { useOperation } from '../../../client/use-operation.ts';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { JobProgress } from '../../../components/JobProgress.tsx';
import { Panel } from '../../../components/Panel.tsx';
import { Answered } from '../../../components/States.tsx';
import { isActive } from '../../../format/job.ts';
import { formatCount } from '../../../format/numbers.ts';
import { formatAge } from '../../../format/time.ts';
import { useStore } from '../../../store/store.ts';
import { useNow } from '../../../store/use-now.ts';
import { countText, fixText, inOrder, levelText, summaryText } from './quality-text.ts';

function CheckRow({ check, onFix }: { check: QualityCheck; onFix: () => void }) {
  const Icon = check.level === 'look' ? WarningSignIcon : TickCircleIcon;
  const state = check.level === 'look' ? 'state-warning' : check.level === 'good' ? 'state-good' : 'muted';
  return (
    <tr>
      <td className={state}>
        <span className="quality-level">
          {check.level !== 'known' && <Icon size={12} />} {levelText(check.level)}
        </span>
      </td>
      <th scope="row" title={check.why}>
        {check.title}
        {check.count > 0 && <span className="quality-why">{`${check.why} ${check.advice}`}</span>}
      </th>
      <td className="number">{check.count > 0 ? countText(check) : '–'}</td>
      <td className="clip wide" title={check.example ?? undefined}>
        {check.example ?? '–'}
      </td>
      <td>
        <div className="button-row">
          {check.fix && <Button size="small" variant="outlined" text={check.fix.label} onClick={onFix} />}
          <Button
            size="small"
            variant="minimal"
            icon={<ConsoleIcon size={14} />}
            aria-label={`Open ${check.title} in SQL`}
            title="Open the statement in SQL"
            onClick={() => openInConsole(check.sql)}
          />
        </div>
      </td>
    </tr>
  );
}

function Fixes({ fixes }: { fixes: readonly QualityFix[] }) {
  const now = useNow(30_000);
  const undo = useAction((id: number) => engine.call('quality.undo', { id }));
  if (fixes.length === 0) return null;
  return (
    <>
      <ul className="line-list" data-testid="quality-fixes">
        {fixes.map((fix) => (
          <li key={fix.id} className="line">
            <span className="grow">
              {fix.label}, {formatCount(fix.rows)} rows
            </span>
            <span className="muted">{formatAge(fix.madeAt, now)}</span>
            <Button
              size="small"
              variant="outlined"
              text="Undo fix"
              disabled={fix.undo !== true}
              title={fix.undo === true ? 'Everything becomes what it was' : fix.undo}
              loading={undo.busy}
              onClick={() => undo.run(fix.id)}
            />
          </li>
        ))}
      </ul>
      {undo.error && <ErrorNote error={undo.error} />}
    </>
  );
}

/** What is wrong in the data, with what one click would mend. */
export function Quality() {
  const last = useOperation('quality.last', {}, ['data', 'workspace']);
  const fixes = useOperation('quality.fixes', {}, ['data', 'workspace']);
  const [jobId, setJobId] = useState<string>();
  const [asked, ask] = useState<QualityCheck>();
  const job = useStore((state) => (jobId ? state.jobs[jobId] : undefined));
  const now = useNow(30_000);
  const check = useAction(async () => setJobId((await startJob('quality.check', {})).id));
  const fix = useAction(async (id: string) => setJobId((await startJob('quality.fix', { check: id })).id));
  const busy = check.busy || fix.busy || (job !== undefined && isActive(job));
  const report = last.data?.report;
  const error = check.error ?? fix.error ?? (job?.status === 'failed' ? job.error : undefined);
  return (
    <Panel
      title="Quality"
      note={
        report
          ? `${summaryText(report.checks)}, ${formatAge(report.madeAt, now)}${last.data?.stale ? ': the data has changed since' : ''}`
          : 'Robots, duplicates, torn ids, zones, leaks and more'
      }
      flush
      testId="quality"
      actions={
        <Button size="small" variant="outlined" text={report ? 'Check again' : 'Check data'} disabled={busy} onClick={() => check.run()} />
      }
    >
      {job && isActive(job) && (
        <div className="panel-text">
          <JobProgress job={job} />
        </div>
      )}
      {error && <ErrorNote error={error} />}
      <Answered answer={last}>
        {({ report: shown }) =>
          shown === null ? (
            <p className="panel-text muted">Nothing was looked for yet: check the data before the first training.</p>
          ) : (
            <div className="table-scroll">
              <table className="table quality-table">
                <thead>
                  <tr>
                    <th scope="col">State</th>
                    <th scope="col">What</th>
                    <th scope="col" className="number">
                      Found
                    </th>
                    <th scope="col">For example</th>
                    <th scope="col" />
                  </tr>
                </thead>
                <tbody>
                  {inOrder(shown.checks).map((one) => (
                    <CheckRow key={one.id} check={one} onFix={() => ask(one)} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answered>
      <Fixes fixes={fixes.data ?? []} />
      <Alert
        isOpen={asked !== undefined}
        intent="warning"
        confirmButtonText={asked?.fix?.label ?? 'Mend'}
        cancelButtonText="Leave it"
        transitionDuration={0}
        onCancel={() => ask(undefined)}
        onConfirm={() => {
          void fix.run(asked!.id);
          ask(undefined);
        }}
      >
        {asked && <p>{fixText(asked)}</p>}
      </Alert>
    </Panel>
  );
}

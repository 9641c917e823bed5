import { Button } from '@blueprintjs/core';
import { ErrorIcon, TickCircleIcon } from '@blueprintjs/icons';
import type { ServerSecurity } from '#contract/server';
import { IdText } from '../../../components/CopyButton.tsx';
import { Panel } from '../../../components/Panel.tsx';
import { countOf } from '../../../format/numbers.ts';
import { formatMoment } from '../../../format/time.ts';

/** Whether every entry still follows from the one before. */
function Chain({ audit }: { audit: ServerSecurity['audit'] }) {
  if (audit.whole)
    return (
      <span className="key-state" title="Each entry holds the SHA-256 of the one before: none was changed or taken out.">
        <TickCircleIcon size={12} className="state-good" />
        Chain whole
      </span>
    );
  return (
    <span className="key-state state-danger" data-testid="chain-broken">
      <ErrorIcon size={12} />
      Chain broken{audit.problem ? `: ${audit.problem}` : ''}
    </span>
  );
}

interface AuditLogProps {
  audit: ServerSecurity['audit'];
  limit: number;
  /** Asks for as many as are ever given. */
  onMore: (() => void) | undefined;
}

/** Who changed what, newest first. */
export function AuditLog({ audit, limit, onMore }: AuditLogProps) {
  const { entries } = audit;
  return (
    <Panel
      title="Audit log"
      note={
        entries.length >= limit ? `the newest ${countOf(entries.length, 'entry', 'entries')}` : countOf(entries.length, 'entry', 'entries')
      }
      flush
      testId="audit-log"
      actions={
        <>
          {entries.length >= limit && onMore && <Button size="small" variant="minimal" text="Show 1,000" onClick={onMore} />}
          <Chain audit={audit} />
        </>
      }
    >
      {entries.length === 0 ? (
        <p className="panel-text muted">Nothing has been changed yet: every change of keys, versions and data is written here.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
        <div className="table-scroll audit-scroll" tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col" className="number">
                  No.
                </th>
                {['Time', 'Who', 'What', 'Of what', 'Outcome', 'Hash'].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.sequence}>
                  <td className="number">{entry.sequence}</td>
                  <td>
                    <time dateTime={entry.time} title={entry.time}>
                      {formatMoment(entry.time)}
                    </time>
                  </td>
                  <td className="clip" title={entry.actor}>
                    {entry.actor}
                  </td>
                  <td>{entry.action}</td>
                  <td className="clip" title={entry.target}>
                    {entry.target}
                  </td>
                  <td className="clip" title={entry.outcome}>
                    {entry.outcome}
                  </td>
                  <td className="audit-hash">
                    <IdText id={entry.hash} label="hash" />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

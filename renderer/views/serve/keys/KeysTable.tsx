import { Alert, Button } from '@blueprintjs/core';
import { DisableIcon, TickCircleIcon } from '@blueprintjs/icons';
import { useState } from 'react';
import type { ApiKeyInfo } from '#contract/api/admin-routes';
import { engine } from '../../../client/connect.ts';
import { useAction } from '../../../client/use-action.ts';
import { IdText } from '../../../components/CopyButton.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { formatRate } from '../../../format/numbers.ts';
import { formatAge, formatMoment } from '../../../format/time.ts';
import { useNow } from '../../../store/use-now.ts';

const Moment = ({ iso, now }: { iso: string | null; now: number }) =>
  iso ? (
    <time dateTime={iso} title={formatMoment(iso)}>
      {formatAge(iso, now)}
    </time>
  ) : (
    <span className="muted">never</span>
  );

/** Every key that was made, those that ended among them. */
export function KeysTable({ keys, onChanged }: { keys: readonly ApiKeyInfo[]; onChanged: () => void }) {
  const now = useNow(30_000);
  const [asked, ask] = useState<ApiKeyInfo>();
  const revoke = useAction(async (id: string) => {
    await engine.call('server.revokeKey', { id });
    onChanged();
  });
  return (
    <>
      {revoke.error && <ErrorNote error={revoke.error} />}
      <div className="table-scroll">
        <table className="table" data-testid="keys-table">
          <thead>
            <tr>
              {['Name', 'Id', 'Role'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
              <th scope="col" className="number">
                Limit
              </th>
              {['Made', 'Last used', 'State'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={key.id} className={key.revoked_at ? 'muted' : ''}>
                <th scope="row" className="clip" title={key.name}>
                  {key.name}
                </th>
                <td>
                  <IdText id={key.id} label="key id" />
                </td>
                <td>{key.role}</td>
                <td className="number">{key.rate_limit === null ? 'none' : formatRate(key.rate_limit)}</td>
                <td>
                  <Moment iso={key.created_at} now={now} />
                </td>
                <td>
                  <Moment iso={key.last_used_at} now={now} />
                </td>
                <td>
                  {key.revoked_at ? (
                    <span className="key-state" title={formatMoment(key.revoked_at)}>
                      <DisableIcon size={12} />
                      revoked {formatAge(key.revoked_at, now)}
                    </span>
                  ) : (
                    <span className="key-state">
                      <TickCircleIcon size={12} className="state-good" />
                      good
                    </span>
                  )}
                </td>
                <td className="number">
                  {!key.revoked_at && (
                    <Button size="small" variant="minimal" text="Revoke" aria-label={`Revoke ${key.name}`} onClick={() => ask(key)} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Alert
        isOpen={asked !== undefined}
        intent="danger"
        confirmButtonText="Revoke key"
        cancelButtonText="Keep it"
        onCancel={() => ask(undefined)}
        onConfirm={async () => {
          const id = asked?.id ?? '';
          ask(undefined);
          await revoke.run(id);
        }}
        canEscapeKeyCancel
        transitionDuration={0}
      >
        {asked && (
          <p>
            Revoke <strong>{asked.name}</strong>? Whoever uses it is refused from the next request on, and so are all tokens that were given
            for it. This cannot be taken back.
          </p>
        )}
      </Alert>
    </>
  );
}

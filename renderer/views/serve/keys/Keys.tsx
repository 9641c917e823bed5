import { Button, Switch } from '@blueprintjs/core';
import { PlusIcon } from '@blueprintjs/icons';
import { useEffect, useState } from 'react';
import type { ServerSecurity } from '#contract/server';
import { engine } from '../../../client/connect.ts';
import { useAction } from '../../../client/use-action.ts';
import { useOperation } from '../../../client/use-operation.ts';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Panel } from '../../../components/Panel.tsx';
import { Answered, Skeleton } from '../../../components/States.tsx';
import { useNow } from '../../../store/use-now.ts';
import { AuditLog } from './AuditLog.tsx';
import { KeysTable } from './KeysTable.tsx';
import { NewKey } from './NewKey.tsx';

const fewEntries = 100;
const allEntries = 1000;
const refreshEveryMs = 5000;

/** Who may ask: in one click, from the next request on. */
function Access({ security, onChanged }: { security: ServerSecurity; onChanged: () => void }) {
  const set = useAction(async (on: boolean) => {
    await engine.call('server.setAuth', { on });
    onChanged();
  });
  const usable = security.keys.filter((key) => !key.revoked_at);
  return (
    <Panel title="Access">
      <Switch
        className="auth-switch"
        data-testid="auth-switch"
        checked={security.auth}
        disabled={set.busy}
        label="Ask every request for a key"
        onChange={(event) => set.run(event.currentTarget.checked)}
      />
      <p className="muted">
        {security.auth
          ? 'Each request needs a key or a token, in Authorization: Bearer. /health and /ready answer without.'
          : 'Every program of this machine may ask, and no web page may. A running server follows the switch at once.'}
      </p>
      {security.auth && usable.length === 0 && (
        <p className="state-warning">There is no key that holds: nobody can ask until one is made.</p>
      )}
      {set.error && <ErrorNote error={set.error} />}
    </Panel>
  );
}

/** Access, keys and what was changed. */
export function Keys() {
  const [auditLimit, setAuditLimit] = useState(fewEntries);
  const [making, setMaking] = useState(false);
  const answer = useOperation('server.security', { auditLimit }, ['workspace']);
  const now = useNow(refreshEveryMs);
  const { reload } = answer;
  // When a key was used last changes without anybody touching this page.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock says when to look again.
  useEffect(() => reload(), [now, reload]);
  return (
    <Answered answer={answer} skeleton={<Skeleton rows={8} height={28} />}>
      {(security) => (
        <div className="serve-stack">
          <Access security={security} onChanged={answer.reload} />
          <Panel
            title="Keys"
            flush
            actions={
              <Button size="small" variant="outlined" icon={<PlusIcon size={14} />} text="New key" onClick={() => setMaking(true)} />
            }
          >
            {security.keys.length === 0 ? (
              <p className="panel-text muted">No key yet: make one for each program that asks, so that each can be revoked by itself.</p>
            ) : (
              <KeysTable keys={security.keys} onChanged={answer.reload} />
            )}
          </Panel>
          <AuditLog
            audit={security.audit}
            limit={auditLimit}
            onMore={auditLimit < allEntries ? () => setAuditLimit(allEntries) : undefined}
          />
          {making && <NewKey onClose={() => setMaking(false)} onMade={answer.reload} />}
        </div>
      )}
    </Answered>
  );
}

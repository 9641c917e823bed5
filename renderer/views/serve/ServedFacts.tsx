import { LockIcon, UnlockIcon } from '@blueprintjs/icons';
import type { ReactNode } from 'react';
import type { BundleInfo } from '#contract/bundle';
import type { ServerStatus } from '#contract/server';
import { CopyButton } from '../../components/CopyButton.tsx';
import { formatDuration, formatMoment } from '../../format/time.ts';
import { useNow } from '../../store/use-now.ts';
import { openServeTab } from './serve-tabs.ts';

function Uptime({ since }: { since: string }) {
  const now = useNow(1000);
  return <span title={`Since ${formatMoment(since)}`}>{formatDuration(Math.max(0, now - Date.parse(since)) / 1000)}</span>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Whether keys are asked for and the way is encrypted: in words, with an icon. */
function Protection({ auth, tls }: Pick<ServerStatus, 'auth' | 'tls'>) {
  return (
    <span className="badges">
      <button
        type="button"
        className={auth ? 'badge badge-good' : 'badge'}
        title={auth ? 'Every request needs a key or a token.' : 'Every program of this machine may ask. Keys says how to change that.'}
        data-testid="badge-auth"
        onClick={() => openServeTab('keys')}
      >
        {auth ? <LockIcon size={12} /> : <UnlockIcon size={12} />}
        {auth ? 'Keys asked' : 'Open'}
      </button>
      <span
        className={tls ? 'badge badge-good' : 'badge'}
        title={tls ? 'Encrypted with the certificate that was given.' : 'Not encrypted: it never leaves this machine.'}
        data-testid="badge-tls"
      >
        {tls ? <LockIcon size={12} /> : <UnlockIcon size={12} />}
        {tls ? 'TLS' : 'No TLS'}
      </span>
    </span>
  );
}

/** What runs: where, which bundle, since when, and who may ask. */
export function ServedFacts({ status, bundle }: { status: ServerStatus; bundle: BundleInfo | undefined }) {
  const url = status.url ?? '';
  return (
    <dl className="served-facts">
      <Fact name="Address">
        <code data-testid="server-url">{url}</code>
        <CopyButton label="Copy address" text={url} />
      </Fact>
      <Fact name="Documentation">
        <code>/docs</code>
        <CopyButton label="Copy documentation address" text={`${url}/docs`} />
      </Fact>
      <Fact name="Bundle">
        <button type="button" className="link-button" title="Open Versions" onClick={() => openServeTab('versions')}>
          {bundle ? `${bundle.manifest.modelLabel} ${bundle.manifest.version}` : (status.bundle ?? 'unknown')}
        </button>
      </Fact>
      <Fact name="Up">{status.startedAt && <Uptime since={status.startedAt} />}</Fact>
      <Fact name="Access">
        <Protection auth={status.auth} tls={status.tls} />
      </Fact>
    </dl>
  );
}

import { Button, HTMLSelect, InputGroup } from '@blueprintjs/core';
import { useId } from 'react';
import type { BundleInfo } from '#contract/bundle';
import type { ServerStatus } from '#contract/server';
import { activateBundle, startServing, stopServing } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Panel } from '../../components/Panel.tsx';
import { formatSize } from '../../format/numbers.ts';
import { formatDuration, formatMoment } from '../../format/time.ts';
import { useNow } from '../../store/use-now.ts';
import { readPort } from './client-code.ts';

const stateWords: Record<ServerStatus['state'], string> = { stopped: 'Off', starting: 'Starting', running: 'Serving', failed: 'Failed' };

function Switch({
  state,
  busy,
  disabled,
  onChange,
}: {
  state: ServerStatus['state'];
  busy: boolean;
  disabled: boolean;
  onChange: (on: boolean) => void;
}) {
  const on = state === 'running' || state === 'starting';
  return (
    <button
      type="button"
      role="switch"
      className="serve-switch"
      aria-checked={on}
      aria-label="Serving"
      aria-busy={busy}
      disabled={disabled || busy || state === 'starting'}
      data-testid="serve-switch"
      onClick={() => onChange(!on)}
    >
      <span className="serve-switch-track" aria-hidden="true">
        <span className="serve-switch-knob" />
      </span>
      <span className="serve-switch-label">{busy && !on ? 'Starting' : stateWords[state]}</span>
    </button>
  );
}

function Address({ url, docs }: { url: string; docs: string }) {
  return (
    <dl className="facts serve-address">
      <div>
        <dt>Address</dt>
        <dd>
          <code data-testid="server-url">{url}</code>
          <CopyButton label="Copy address" text={url} />
        </dd>
      </div>
      <div>
        <dt>Documentation</dt>
        <dd>
          <code>{docs}</code>
          <CopyButton label="Copy documentation address" text={docs} />
        </dd>
      </div>
    </dl>
  );
}

interface ServerPanelProps {
  status: ServerStatus;
  bundles: readonly BundleInfo[];
  port: string;
  bundle: string;
  onPort: (port: string) => void;
  onBundle: (bundle: string) => void;
}

/** The switch, what is served and where. */
export function ServerPanel({ status, bundles, port, bundle, onPort, onBundle }: ServerPanelProps) {
  const id = useId();
  const now = useNow(1000);
  const start = useAction(startServing);
  const stop = useAction(stopServing);
  const swap = useAction(activateBundle);
  const running = status.state === 'running';
  const settled = running || status.state === 'starting';
  const wanted = readPort(port);
  const chosen = bundles.find((one) => one.id === bundle) ?? bundles.find((one) => one.active) ?? bundles[0];
  const input = (nextFreePort: boolean) => ({
    ...(chosen ? { bundle: chosen.id } : {}),
    ...('port' in wanted ? { port: wanted.port } : {}),
    nextFreePort,
  });
  const turn = (on: boolean) => {
    start.clear();
    return on ? start.run(input(false)) : stop.run();
  };
  /** While serving, the server swaps at once, and the old bundle goes on where the new one is refused. */
  const choose = (chosenId: string) => {
    onBundle(chosenId);
    if (running) void swap.run(chosenId);
  };
  const error = start.error ?? stop.error ?? swap.error;
  const uptime = running && status.startedAt ? formatDuration((now - Date.parse(status.startedAt)) / 1000) : undefined;
  return (
    <Panel title="Server" {...(uptime ? { note: `up ${uptime}` } : {})}>
      <div className="serve-row">
        <Switch
          state={status.state}
          busy={start.busy || stop.busy}
          disabled={(!chosen && !settled) || 'problem' in wanted}
          onChange={turn}
        />
        <div className="field">
          <label htmlFor={`${id}-bundle`}>Bundle</label>
          <HTMLSelect
            id={`${id}-bundle`}
            disabled={status.state === 'starting' || swap.busy || bundles.length === 0}
            value={chosen?.id ?? ''}
            options={bundles.map((one) => ({
              value: one.id,
              label: `${one.manifest.modelLabel} ${one.manifest.version} · ${formatMoment(one.manifest.createdAt)} · ${formatSize(one.sizeBytes)}${one.active ? ' · active' : ''}`,
            }))}
            onChange={(event) => choose(event.currentTarget.value)}
          />
        </div>
        <div className="field port-field">
          <label htmlFor={`${id}-port`}>Port</label>
          <InputGroup
            id={`${id}-port`}
            inputMode="numeric"
            disabled={settled}
            value={port}
            intent={'problem' in wanted ? 'danger' : 'none'}
            onValueChange={onPort}
          />
        </div>
      </div>
      {'problem' in wanted && <p className="state-danger">{wanted.problem}</p>}
      {running && status.url && <Address url={status.url} docs={`${status.url}/docs`} />}
      {!running && <p className="muted">Only this machine reaches the server: it listens on 127.0.0.1.</p>}
      {error && (
        <>
          <ErrorNote error={error} />
          {error.code === 'port_in_use' && (
            <Button variant="outlined" text="Start on the next free port" onClick={() => start.run(input(true))} />
          )}
        </>
      )}
      {!error && status.state === 'failed' && (
        <ErrorNote
          error={{ code: 'process_died', message: status.problem ?? 'The server process ended. Turn the switch on to start it again.' }}
        />
      )}
    </Panel>
  );
}

import { Button } from '@blueprintjs/core';
import type { BundleInfo } from '#contract/bundle';
import type { ServerStatus } from '#contract/server';
import { startServing, stopServing } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Panel } from '../../components/Panel.tsx';
import { readPort } from './client-code.ts';
import { ServedFacts } from './ServedFacts.tsx';
import { ServerFigures } from './ServerFigures.tsx';
import { StartForm } from './StartForm.tsx';
import { Switch } from './Switch.tsx';

interface ServerPanelProps {
  status: ServerStatus;
  bundles: readonly BundleInfo[];
  port: string;
  bundle: string;
  onPort: (port: string) => void;
  onBundle: (bundle: string) => void;
}

/** The switch, what is served and where, and what it has answered. */
export function ServerPanel({ status, bundles, port, bundle, onPort, onBundle }: ServerPanelProps) {
  const start = useAction(startServing);
  const stop = useAction(stopServing);
  const running = status.state === 'running';
  const starting = status.state === 'starting';
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
  const error = start.error ?? stop.error;
  const failed = !error && status.state === 'failed';
  return (
    <Panel className="server-panel" flush>
      <div className="serve-row">
        <Switch
          state={status.state}
          busy={start.busy || stop.busy}
          disabled={!running && !starting && (!chosen || 'problem' in wanted)}
          onChange={turn}
        />
        {running ? (
          <ServedFacts status={status} bundle={bundles.find((one) => one.id === status.bundle)} />
        ) : (
          <StartForm bundles={bundles} chosen={chosen} port={port} disabled={starting || start.busy} onPort={onPort} onBundle={onBundle} />
        )}
      </div>
      {(error || failed) && (
        <div className="serve-error">
          <ErrorNote
            error={
              error ?? {
                code: 'process_died',
                message: status.problem ?? 'The server process ended. Turn the switch on to start it again.',
              }
            }
          />
          {error?.code === 'port_in_use' && (
            <Button variant="outlined" text="Start on the next free port" onClick={() => start.run(input(true))} />
          )}
        </div>
      )}
      {(running || (status.state === 'failed' && status.requests > 0)) && <ServerFigures status={status} />}
    </Panel>
  );
}

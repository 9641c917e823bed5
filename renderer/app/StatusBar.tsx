import { DotIcon, ErrorIcon, TimeIcon } from '@blueprintjs/icons';
import { useEffect } from 'react';
import { engine } from '../client/connect.ts';
import { jobLine } from '../format/job.ts';
import { activeJob } from '../store/apply-events.ts';
import { openView, useStore } from '../store/store.ts';
import { deviceText, deviceTitle, serverText } from './status-text.ts';

const memoryEveryMs = 5000;

/** Device and memory change while the window is open: ask now and then. */
function useSystem() {
  const connection = useStore((state) => state.connection);
  useEffect(() => {
    if (connection === 0) return;
    const timer = setInterval(() => {
      engine.call('system.info', {}).then(
        (system) => useStore.setState({ system }),
        () => undefined, // The banner says already that the engine is gone.
      );
    }, memoryEveryMs);
    return () => clearInterval(timer);
  }, [connection]);
  return useStore((state) => state.system);
}

/** True on every view: device and memory, the running job, the server. */
export function StatusBar() {
  const system = useSystem();
  const connected = useStore((state) => state.connection > 0);
  const job = useStore((state) => activeJob(state.jobs));
  const server = useStore((state) => state.server);
  const serving = connected && server?.state === 'running';
  return (
    <footer className="status-bar">
      <span data-testid="status-device" className="status-item" title={deviceTitle(system)}>
        {connected ? deviceText(system) : 'Engine not running'}
      </span>
      <span className="status-middle">
        {connected && job && (
          <button type="button" className="status-item" data-testid="status-job" onClick={() => openView('jobs', { job: job.id })}>
            <TimeIcon size={12} />
            {jobLine(job)}
          </button>
        )}
      </span>
      <button
        type="button"
        className="status-item"
        data-testid="status-server"
        title={server?.problem ?? 'Open Serve'}
        onClick={() => openView('serve')}
      >
        {connected && server?.state === 'failed' ? (
          <ErrorIcon size={12} className="state-danger" />
        ) : connected && server?.state === 'starting' ? (
          <TimeIcon size={12} />
        ) : (
          <DotIcon size={14} className={serving ? 'state-good' : 'muted'} />
        )}
        {connected ? serverText(server) : 'Server unknown'}
      </button>
    </footer>
  );
}

import { useEffect } from 'react';
import { create } from 'zustand';
import { type ErrorReport, reportOf } from '#contract/errors';
import type { ServerStatus } from '#contract/server';
import { engine } from '../../client/connect.ts';
import { useStore } from '../../store/store.ts';
import { addTraffic, emptyLog, type RequestLog } from './requests/request-log.ts';

const everyMs = 1000;

interface TrafficState {
  /** Of which start of the server; null before the first. */
  server: string | null;
  log: RequestLog;
  /** Why the log could not be brought up to date. */
  error: ErrorReport | undefined;
}

/** What was seen of the requests: it outlives the view, and ends with the next start of a server. */
export const useTrafficLog = create<TrafficState>(() => ({ server: null, log: emptyLog, error: undefined }));

async function ask(server: string): Promise<void> {
  if (useTrafficLog.getState().server !== server) useTrafficLog.setState({ server, log: emptyLog, error: undefined });
  try {
    const traffic = await engine.call('server.traffic', { after: useTrafficLog.getState().log.lastSequence });
    // Of a server that was stopped meanwhile nothing is added to the next one's.
    useTrafficLog.setState((state) => (state.server === server ? { log: addTraffic(state.log, traffic), error: undefined } : state));
  } catch (thrown) {
    useTrafficLog.setState({ error: reportOf(thrown) });
  }
}

/** Asks every second for what came, while the view is on the screen and a server runs: the server keeps requests only while somebody asks. */
export function useTrafficPolling(status: ServerStatus): void {
  const connection = useStore((state) => state.connection);
  const server = status.state === 'running' ? `${status.pid} ${status.startedAt}` : null;
  useEffect(() => {
    if (server === null || connection === 0) return;
    let asking = false;
    const look = async () => {
      if (asking || document.hidden) return;
      asking = true;
      await ask(server);
      asking = false;
    };
    void look();
    const timer = setInterval(look, everyMs);
    return () => clearInterval(timer);
  }, [server, connection]);
}

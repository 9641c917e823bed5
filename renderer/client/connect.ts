import { reportOf } from '#contract/errors';
import type { WorkspaceSummary } from '#contract/workspace';
import { applyEvents } from '../store/apply-events.ts';
import { useStore } from '../store/store.ts';
import { bridge } from './bridge.ts';
import { EngineClient, type EnginePort } from './engine-client.ts';
import { batchEvents } from './event-batch.ts';

/** The one client of this window. */
export const engine = new EngineClient(batchEvents((events) => useStore.setState((state) => applyEvents(state, events)), 100));

/** A new engine may have no workspace open: the one that was open in this window is opened again. */
async function currentWorkspace(): Promise<WorkspaceSummary | null> {
  const before = useStore.getState().workspace;
  const open = await engine.call('workspace.current', {});
  if (open || !before) return open;
  try {
    return await engine.call('workspace.open', { path: before.path });
  } catch (error) {
    // The engine restores it by itself too, and may have been faster.
    const restored = await engine.call('workspace.current', {});
    if (restored) return restored;
    throw error;
  }
}

/** What is asked once for each engine that comes up; afterwards its events keep it true. */
async function greet(): Promise<void> {
  const [workspace, jobs, server, system] = await Promise.allSettled([
    currentWorkspace(),
    engine.call('job.list', {}),
    engine.call('server.status', {}),
    engine.call('system.info', {}),
  ]);
  useStore.setState((state) => ({
    workspace: workspace.status === 'fulfilled' ? workspace.value : null,
    // Why the workspace that was open is not open any more has to be said somewhere.
    problem: workspace.status === 'fulfilled' ? state.problem : reportOf(workspace.reason),
    // A new engine knows nothing of the old one's jobs, and neither does anyone else now.
    jobs: jobs.status === 'fulfilled' ? Object.fromEntries(jobs.value.map((job) => [job.id, job])) : {},
    server: server.status === 'fulfilled' ? server.value : null,
    system: system.status === 'fulfilled' ? system.value : state.system,
  }));
}

function onPort(port: EnginePort): void {
  engine.connect(port);
  useStore.setState((state) => ({ connection: state.connection + 1, engine: { ...state.engine, state: 'running' }, curves: {}, logs: {} }));
  void greet();
}

/** Listen for ports and for the engine's life, then ask for the port: the page is ready. */
export function connectEngine(): void {
  window.addEventListener('message', (event) => {
    const port = event.ports[0];
    if (event.source !== window || !port || (event.data as { type?: unknown } | null)?.type !== 'engine-port') return;
    onPort(port);
  });
  bridge().onEngineState((state) => {
    useStore.setState({ engine: state });
    if (state.state === 'crashed' || state.state === 'stopped') {
      useStore.setState({ connection: 0, server: null });
      engine.disconnect();
    }
  });
  bridge().requestEnginePort();
}

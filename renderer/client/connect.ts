import type { EngineEvent } from '#contract/events';
import { applyEvents } from '../store/apply-events.ts';
import { useStore } from '../store/store.ts';
import { problemAfter } from '../store/window-problem.ts';
import { bridge } from './bridge.ts';
import { EngineClient, type EnginePort } from './engine-client.ts';
import { batchEvents } from './event-batch.ts';
import { greet } from './greet.ts';

/** The one client of this window. */
export const engine = new EngineClient(batchEvents(apply, 100));

function apply(events: readonly EngineEvent[]): void {
  useStore.setState((state) => ({ ...applyEvents(state, events), problem: problemAfter(state.problem, events) }));
}

function onPort(port: EnginePort): void {
  engine.connect(port);
  useStore.setState((state) => ({ connection: state.connection + 1, engine: { ...state.engine, state: 'running' }, curves: {}, logs: {} }));
  void greet(engine);
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

import type { Bridge, EngineProcessState } from '#contract/bridge';
import { FakeEngine, type FakeMode } from '../fake-engine.ts';

// The window with a fake engine: ?mode=data | none | failing.
const mode = (new URLSearchParams(location.search).get('mode') ?? 'data') as FakeMode;
const listeners = new Set<(state: EngineProcessState) => void>();

function start(): void {
  const { port1, port2 } = new MessageChannel();
  new FakeEngine(port1, mode);
  window.postMessage({ type: 'engine-port' }, '*', [port2]);
}

const fake: Bridge = {
  platform: 'linux',
  onEngineState: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  requestEnginePort: start,
  chooseFiles: async (kind) => (kind === 'data' ? ['/data/ratings.csv'] : ['/home/ada/Recsmith/new']),
  chooseSaveFile: async () => null,
  pathForFile: (file) => `/data/${(file as File).name}`,
  setTheme: () => undefined,
  copyText: (text) => void navigator.clipboard?.writeText(text),
  showFolder: () => undefined,
};

Object.assign(window, {
  recsmith: fake,
  /** What a test does to the engine. */
  fakeEngine: {
    crash: () => {
      for (const tell of listeners) tell({ state: 'crashed', attempt: 1, detail: 'signal SIGKILL' });
    },
    restart: start,
  },
});

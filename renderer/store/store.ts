import { create } from 'zustand';
import type { EngineProcessState, ThemeChoice } from '#contract/bridge';
import { reportOf } from '#contract/errors';
import type { SystemInfo } from '#contract/system';
import type { WorkspaceSummary } from '#contract/workspace';
import { emptyLive, type LiveState } from './apply-events.ts';
import { initialPersisted, type PersistedState, readPersisted, writePersisted } from './persisted.ts';
import type { WindowProblem } from './window-problem.ts';

interface AppState extends LiveState, PersistedState {
  engine: EngineProcessState;
  /** 0 while there is no engine; a new number for each one that came up. */
  connection: number;
  /** undefined until the engine said which one is open, or that none is. */
  workspace: WorkspaceSummary | null | undefined;
  system: SystemInfo | null;
  /** Paths waiting in the import dialog; null while it is closed. */
  importing: string[] | null;
  paletteOpen: boolean;
  shortcutsOpen: boolean;
  /** Why the last command from the palette, a menu or a key did not work. */
  problem: WindowProblem | null;
}

const storage = typeof localStorage === 'undefined' ? undefined : localStorage;

/** The one store: what is open and selected, jobs, the server, the theme. */
export const useStore = create<AppState>(() => ({
  ...emptyLive,
  ...(storage ? readPersisted(storage) : initialPersisted),
  engine: { state: 'starting', attempt: 0 },
  connection: 0,
  workspace: undefined,
  system: null,
  importing: null,
  paletteOpen: false,
  shortcutsOpen: false,
  problem: null,
}));

if (storage) {
  useStore.subscribe((state, before) => {
    if (state.view === before.view && state.theme === before.theme && state.views === before.views) return;
    writePersisted(storage, { view: state.view, theme: state.theme, views: state.views });
  });
}

export function openView(view: string, state?: Record<string, unknown>): void {
  if (state) patchView(view, state);
  useStore.setState({ view });
}

/** Change what a view remembers; it may be another view's, to open it at a run or a user. */
export function patchView(view: string, patch: Record<string, unknown>): void {
  useStore.setState((state) => ({ views: { ...state.views, [view]: { ...state.views[view], ...patch } } }));
}

export function setTheme(theme: ThemeChoice): void {
  useStore.setState({ theme });
}

export function startImport(paths: string[]): void {
  if (paths.length) useStore.setState({ importing: paths });
}

/** Work without a button of its own to show an error at: it is shown under the top bar. */
export async function perform(work: () => unknown): Promise<void> {
  useStore.setState({ problem: null });
  try {
    await work();
  } catch (thrown) {
    useStore.setState({ problem: reportOf(thrown) });
  }
}

import type { ThemeChoice } from '#contract/bridge';

/** What the user did to the window, as plain JSON, so that a reload restores it. */
export interface PersistedState {
  view: string;
  theme: ThemeChoice;
  /** By view: selections, drafts, filters, splitter sizes. */
  views: Record<string, Record<string, unknown>>;
}

export const initialPersisted: PersistedState = { view: 'home', theme: 'system', views: {} };

const key = 'recsmith.window';

/** What was stored; anything unreadable or of another shape falls back to the start. */
export function readPersisted(storage: Pick<Storage, 'getItem'>): PersistedState {
  try {
    const stored = JSON.parse(storage.getItem(key) ?? '{}') as Partial<PersistedState>;
    const theme = stored.theme === 'light' || stored.theme === 'dark' ? stored.theme : 'system';
    const views = typeof stored.views === 'object' && stored.views !== null ? stored.views : {};
    return { view: typeof stored.view === 'string' ? stored.view : initialPersisted.view, theme, views };
  } catch {
    return initialPersisted;
  }
}

export function writePersisted(storage: Pick<Storage, 'setItem'>, state: PersistedState): void {
  try {
    storage.setItem(key, JSON.stringify(state));
  } catch {
    // A full or forbidden storage costs the memory of a selection, nothing more.
  }
}

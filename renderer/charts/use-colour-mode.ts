import { useSyncExternalStore } from 'react';
import type { ThemeChoice } from '#contract/bridge';

const query = () => window.matchMedia('(prefers-color-scheme: dark)');

function subscribe(listener: () => void): () => void {
  const media = query();
  media.addEventListener('change', listener);
  return () => media.removeEventListener('change', listener);
}

/** The theme that a choice comes to: the system's own where the system is to decide. */
export function useColourMode(choice: ThemeChoice): 'light' | 'dark' {
  const systemDark = useSyncExternalStore(subscribe, () => query().matches);
  if (choice === 'system') return systemDark ? 'dark' : 'light';
  return choice;
}

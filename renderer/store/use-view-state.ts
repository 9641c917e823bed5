import { useCallback } from 'react';
import { patchView, useStore } from './store.ts';

/** What a view remembers, with its defaults, and how to change it. */
export function useViewState<T extends object>(view: string, initial: T): [T, (patch: Partial<T>) => void] {
  const stored = useStore((state) => state.views[view]);
  const patch = useCallback((change: Partial<T>) => patchView(view, change as Record<string, unknown>), [view]);
  return [{ ...initial, ...(stored as Partial<T> | undefined) }, patch];
}

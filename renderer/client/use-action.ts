import { useCallback, useRef, useState } from 'react';
import { type ErrorReport, reportOf } from '#contract/errors';

export interface Action<A extends unknown[], T> {
  run: (...args: A) => Promise<T | undefined>;
  busy: boolean;
  error: ErrorReport | undefined;
  clear: () => void;
}

/** Something the user set going: busy while it runs, its error kept to be shown where the button is. */
export function useAction<A extends unknown[], T>(work: (...args: A) => Promise<T>): Action<A, T> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorReport>();
  const current = useRef(work);
  current.current = work;
  const run = useCallback(async (...args: A) => {
    setBusy(true);
    setError(undefined);
    try {
      return await current.current(...args);
    } catch (thrown) {
      setError(reportOf(thrown));
      return undefined;
    } finally {
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setError(undefined), []);
  return { run, busy, error, clear };
}

import { useCallback, useEffect, useRef, useState } from 'react';
import type { TablePage } from '#contract/data';
import { type ErrorReport, reportOf } from '#contract/errors';
import { windowSize, windowsFor } from './row-windows.ts';

export type Cell = TablePage['rows'][number][number];

/** Some rows, of how many. */
export interface RowWindow {
  rows: Cell[][];
  total: number;
}

export interface Windows<W extends RowWindow> {
  /** The window that came last: what else it says holds for all. */
  latest: W | undefined;
  total: number | undefined;
  row: (index: number) => Cell[] | undefined;
  /** Say which rows are on the screen. */
  need: (first: number, last: number) => void;
  error: ErrorReport | undefined;
  retry: () => void;
}

/** Windows that are kept: what was seen longest ago goes. */
const keptWindows = 60;

interface Loaded<W> {
  of: string;
  latest: W;
  windows: Map<number, Cell[][]>;
}

/**
 * A table of any length, fetched in windows around what is on the screen. `key` names the table: rows of another are not shown. With another `epoch` all is asked
 * again, and the old rows stay until the new ones are there; null asks nothing.
 */
export function useWindows<W extends RowWindow>(
  key: string,
  epoch: string | null,
  fetch: (offset: number, limit: number) => Promise<W>,
): Windows<W> {
  const [loaded, setLoaded] = useState<Loaded<W>>();
  const [error, setError] = useState<ErrorReport>();
  const [attempt, setAttempt] = useState(0);
  const generation = useRef('');
  const asked = useRef(new Set<number>());
  const visible = useRef({ first: 0, last: windowSize - 1 });
  const asking = useRef(fetch);
  asking.current = fetch;

  const fetchWindow = useCallback(
    (number: number) => {
      if (asked.current.has(number)) return;
      asked.current.add(number);
      const mine = generation.current;
      asking.current(number * windowSize, windowSize).then(
        (page) => {
          if (mine !== generation.current) return;
          setError(undefined);
          setLoaded((old) => {
            const windows = new Map(old?.of === key ? old.windows : []);
            windows.delete(number);
            windows.set(number, page.rows);
            for (const oldest of [...windows.keys()].slice(0, -keptWindows)) {
              windows.delete(oldest);
              asked.current.delete(oldest);
            }
            return { of: key, latest: page, windows };
          });
        },
        (thrown: unknown) => {
          if (mine !== generation.current) return;
          asked.current.delete(number);
          setError(reportOf(thrown));
        },
      );
    },
    [key],
  );

  useEffect(() => {
    generation.current = `${key} ${epoch} ${attempt}`;
    asked.current = new Set();
    setError(undefined);
    if (epoch === null) return;
    const { first, last } = visible.current;
    for (const number of new Set([0, ...windowsFor(first, last, Number.MAX_SAFE_INTEGER)])) fetchWindow(number);
  }, [key, epoch, attempt, fetchWindow]);

  const current = loaded?.of === key ? loaded : undefined;
  const total = current?.latest.total;
  const need = useCallback(
    (first: number, last: number) => {
      visible.current = { first, last };
      for (const number of windowsFor(first, last, total ?? 0)) fetchWindow(number);
    },
    [total, fetchWindow],
  );
  return {
    latest: current?.latest,
    total,
    row: (index) => current?.windows.get(Math.floor(index / windowSize))?.[index % windowSize],
    need,
    error,
    retry: () => setAttempt((count) => count + 1),
  };
}

import { useCallback, useEffect, useRef, useState } from 'react';
import { type ErrorReport, reportOf } from '#contract/errors';
import type { InputOf } from '#contract/operations';
import { engine } from '../../client/connect.ts';
import { windowSize, windowsFor } from '../../components/row-windows.ts';
import { useStore } from '../../store/store.ts';
import type { Cell } from './cells.ts';

export type TableName = InputOf<'data.rows'>['table'];

interface Loaded {
  table: TableName;
  columns: { name: string; type: string }[];
  total: number;
  windows: Map<number, Cell[][]>;
}

export interface RowWindows {
  columns: Loaded['columns'];
  /** undefined until the first window came. */
  total: number | undefined;
  row: (index: number) => Cell[] | undefined;
  /** Say which rows are on the screen. */
  need: (first: number, last: number) => void;
  error: ErrorReport | undefined;
  retry: () => void;
}

/** A table of any length, fetched in windows around what is on the screen. New data replaces old windows as they arrive. */
export function useRowWindows(table: TableName): RowWindows {
  const epoch = useStore((state) => `${state.connection} ${state.revisions.data} ${state.workspace?.path ?? ''}`);
  const [loaded, setLoaded] = useState<Loaded>();
  const [error, setError] = useState<ErrorReport>();
  const [attempt, setAttempt] = useState(0);
  const generation = useRef('');
  const asked = useRef(new Set<number>());
  const visible = useRef({ first: 0, last: windowSize - 1 });

  const fetchWindow = useCallback(
    (number: number) => {
      if (asked.current.has(number)) return;
      asked.current.add(number);
      const mine = generation.current;
      engine.call('data.rows', { table, offset: number * windowSize, limit: windowSize }).then(
        (page) => {
          if (mine !== generation.current) return;
          setError(undefined);
          setLoaded((old) => {
            const windows = new Map(old?.table === table ? old.windows : []);
            windows.set(number, page.rows);
            return { table, columns: page.columns, total: page.total, windows };
          });
        },
        (thrown: unknown) => {
          if (mine !== generation.current) return;
          asked.current.delete(number);
          setError(reportOf(thrown));
        },
      );
    },
    [table],
  );

  useEffect(() => {
    generation.current = `${table} ${epoch} ${attempt}`;
    asked.current = new Set();
    if (epoch.startsWith('0 ')) return;
    const { first, last } = visible.current;
    for (const number of new Set([0, ...windowsFor(first, last, Number.MAX_SAFE_INTEGER)])) fetchWindow(number);
  }, [table, epoch, attempt, fetchWindow]);

  const current = loaded?.table === table ? loaded : undefined;
  const total = current?.total;
  const need = useCallback(
    (first: number, last: number) => {
      visible.current = { first, last };
      for (const number of windowsFor(first, last, total ?? 0)) fetchWindow(number);
    },
    [total, fetchWindow],
  );
  return {
    columns: current?.columns ?? [],
    total,
    row: (index) => current?.windows.get(Math.floor(index / windowSize))?.[index % windowSize],
    need,
    error,
    retry: () => setAttempt((count) => count + 1),
  };
}

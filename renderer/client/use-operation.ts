import { useCallback, useEffect, useRef, useState } from 'react';
import { type ErrorReport, reportOf } from '#contract/errors';
import type { InputOf, OperationName, OutputOf } from '#contract/operations';
import type { Topic } from '../store/apply-events.ts';
import { useStore } from '../store/store.ts';
import { engine } from './connect.ts';
import { createLatest } from './latest.ts';

/** What is known of a question: an answer, an error, or both where an answer could not be brought up to date. */
export interface Answer<T> {
  data: T | undefined;
  error: ErrorReport | undefined;
  /** Asked and not yet answered. */
  loading: boolean;
  /** When `data` arrived, in ms since 1970. */
  receivedAt: number | undefined;
  reload: () => void;
}

interface Settled<T> {
  key: string;
  data: T | undefined;
  error: ErrorReport | undefined;
  receivedAt: number | undefined;
}

/**
 * Ask the engine, and ask again when the input changes, when a named topic changes, or when a new engine comes up.
 * Only the newest answer counts. `input` null asks nothing. A refresh keeps the old answer on the screen.
 */
export function useOperation<N extends OperationName>(
  name: N,
  input: InputOf<N> | null,
  refreshOn: readonly Topic[] = [],
): Answer<OutputOf<N>> {
  const connection = useStore((state) => state.connection);
  const revision = useStore((state) => refreshOn.map((topic) => state.revisions[topic]).join());
  const [asked, setAsked] = useState(0);
  const [settled, setSettled] = useState<Settled<OutputOf<N>> | null>(null);
  const [loading, setLoading] = useState(true);
  const latest = useRef(createLatest());
  const key = input === null ? null : `${name} ${JSON.stringify(input)}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the input; revision and asked only ask again.
  useEffect(() => {
    if (key === null || input === null || connection === 0) {
      setLoading(key !== null);
      return;
    }
    setLoading(true);
    return latest.current(engine.call(name, input), {
      value: (data) => {
        setSettled({ key, data, error: undefined, receivedAt: Date.now() });
        setLoading(false);
      },
      error: (thrown) => {
        const error = reportOf(thrown);
        setSettled((old) => (old?.key === key ? { ...old, error } : { key, data: undefined, error, receivedAt: undefined }));
        setLoading(false);
      },
    });
  }, [key, connection, revision, asked]);

  const reload = useCallback(() => setAsked((count) => count + 1), []);
  const current = settled !== null && settled.key === key ? settled : undefined;
  return {
    data: current?.data,
    error: current?.error,
    loading: key !== null && (loading || current === undefined),
    receivedAt: current?.receivedAt,
    reload,
  };
}

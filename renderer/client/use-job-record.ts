import { useEffect, useState } from 'react';
import { type ErrorReport, reportOf } from '#contract/errors';
import type { CurvePoint, LogLine } from '#contract/job';
import { useStore } from '../store/store.ts';
import { engine } from './connect.ts';

const noLines: LogLine[] = [];
const noPoints: CurvePoint[] = [];

/** The log and the curve of a job: what the engine kept of it, and then every event. */
export function useJobRecord(id: string | undefined): { lines: LogLine[]; curve: CurvePoint[]; error: ErrorReport | undefined } {
  const connection = useStore((state) => state.connection);
  const lines = useStore((state) => (id ? (state.logs[id] ?? noLines) : noLines));
  const curve = useStore((state) => (id ? (state.curves[id] ?? noPoints) : noPoints));
  const [error, setError] = useState<ErrorReport>();
  useEffect(() => {
    setError(undefined);
    if (!id || connection === 0) return;
    let gone = false;
    engine.call('job.log', { id }).then(
      (record) =>
        useStore.setState((state) => ({ logs: { ...state.logs, [id]: record.lines }, curves: { ...state.curves, [id]: record.curve } })),
      (thrown: unknown) => {
        if (!gone) setError(reportOf(thrown));
      },
    );
    return () => {
      gone = true;
    };
  }, [id, connection]);
  return { lines, curve, error };
}

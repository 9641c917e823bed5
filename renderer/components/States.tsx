import type { ReactNode } from 'react';
import type { Answer } from '../client/use-operation.ts';
import { formatAge } from '../format/time.ts';
import { ErrorNote } from './ErrorNote.tsx';

/** Empty: one sentence, one button. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <p>{children}</p>
      {action}
    </div>
  );
}

/** Rows where the real ones will stand; invisible for the first 150 ms, so that fast answers do not flicker. */
export function Skeleton({ rows = 4, height = 16 }: { rows?: number; height?: number }) {
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move.
        <div key={row} className="skeleton-row" style={{ height, width: `${92 - ((row * 17) % 40)}%` }} />
      ))}
    </div>
  );
}

interface AnsweredProps<T> {
  answer: Answer<T>;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}

/** One place for the four states of a question: loading, error, stale, answered. */
export function Answered<T>({ answer, skeleton = <Skeleton />, children }: AnsweredProps<T>) {
  if (answer.data === undefined) {
    if (answer.error) return <ErrorNote error={answer.error} onRetry={answer.reload} />;
    return skeleton;
  }
  return (
    <>
      {answer.error && (
        <div className="stale">
          <span className="stale-mark">
            Not up to date: from {answer.receivedAt ? formatAge(new Date(answer.receivedAt).toISOString(), Date.now()) : 'before'}
          </span>
          <ErrorNote error={answer.error} onRetry={answer.reload} />
        </div>
      )}
      {children(answer.data)}
    </>
  );
}

import type { ReactNode } from 'react';

interface FigureProps {
  label: string;
  value: ReactNode;
  note?: string;
  testId?: string;
}

/** One big number with its name. */
export function Figure({ label, value, note, testId }: FigureProps) {
  return (
    <div className="figure">
      <span className="figure-label">{label}</span>
      <span className="figure-value" data-testid={testId}>
        {value}
      </span>
      {note && (
        <span className="figure-note" title={note}>
          {note}
        </span>
      )}
    </div>
  );
}

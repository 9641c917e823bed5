import type { ReactNode } from 'react';
import { useId } from 'react';

interface PanelProps {
  title?: ReactNode;
  /** One line under the title. */
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Content reaches the border: for tables. */
  flush?: boolean;
  testId?: string;
}

/** A bordered part of a view with its own heading. */
export function Panel({ title, note, actions, children, className = '', flush = false, testId }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={title ? id : undefined} data-testid={testId}>
      {(title || actions) && (
        <header className="panel-head">
          {title && (
            <h2 id={id} className="panel-title">
              {title}
            </h2>
          )}
          {note && <span className="panel-note">{note}</span>}
          {actions && <div className="panel-actions">{actions}</div>}
        </header>
      )}
      <div className={flush ? 'panel-body flush' : 'panel-body'}>{children}</div>
    </section>
  );
}

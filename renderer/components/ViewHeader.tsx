import type { ReactNode } from 'react';

interface ViewHeaderProps {
  title: string;
  purpose: ReactNode;
  /** The one primary action of the view. */
  action?: ReactNode;
}

/** A view's name, what it is for, and its one primary action. */
export function ViewHeader({ title, purpose, action }: ViewHeaderProps) {
  return (
    <header className="view-head">
      <div>
        <h1 className="view-title">{title}</h1>
        <p className="view-purpose">{purpose}</p>
      </div>
      {action && <div className="view-action">{action}</div>}
    </header>
  );
}

import { Button } from '@blueprintjs/core';
import { Component, type ReactNode } from 'react';
import { ErrorNote } from '../components/ErrorNote.tsx';

interface Props {
  view: string;
  children: ReactNode;
}

/** A fault in one view stays in that view. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className="view-fault">
        <ErrorNote
          error={{
            code: 'internal',
            message: `The ${this.props.view} view could not be drawn. The data and the other views are unharmed; draw it again, or copy the error for a report.`,
            details: { error: error.message, stack: error.stack ?? '' },
          }}
        />
        <Button text="Draw again" onClick={() => this.setState({ error: null })} />
      </div>
    );
  }
}

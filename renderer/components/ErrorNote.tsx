import { Button } from '@blueprintjs/core';
import { ErrorIcon, RefreshIcon } from '@blueprintjs/icons';
import type { ErrorReport } from '#contract/errors';
import { splitMessage } from '../format/text.ts';
import { CopyButton } from './CopyButton.tsx';

interface ErrorNoteProps {
  error: Pick<ErrorReport, 'message' | 'details'> & { code: string };
  onRetry?: (() => void) | undefined;
  testId?: string;
}

/** An error where the thing would have been: what happened, what to do, details folded, copy. */
export function ErrorNote({ error, onRetry, testId }: ErrorNoteProps) {
  const { headline, rest } = splitMessage(error.message);
  const details = error.details && Object.keys(error.details).length ? JSON.stringify(error.details, null, 2) : undefined;
  return (
    <div className="error-note" role="alert" data-testid={testId}>
      <ErrorIcon className="state-danger" />
      <div className="error-note-text">
        <strong>{headline}</strong>
        {rest && <p>{rest}</p>}
        <details>
          <summary>Details</summary>
          <pre>
            code: {error.code}
            {details ? `\n${details}` : ''}
          </pre>
        </details>
      </div>
      <div className="error-note-actions">
        {onRetry && <Button size="small" variant="outlined" icon={<RefreshIcon size={14} />} text="Try again" onClick={onRetry} />}
        <CopyButton label="Copy error" text={`${error.code}: ${error.message}${details ? `\n${details}` : ''}`} />
      </div>
    </div>
  );
}

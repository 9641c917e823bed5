import { Button } from '@blueprintjs/core';
import { ImportResult } from '#contract/data';
import type { Job } from '#contract/job';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Figure } from '../../components/Figure.tsx';
import { JobProgress } from '../../components/JobProgress.tsx';
import { formatCount, formatRate } from '../../format/numbers.ts';
import { baseName } from '../../format/text.ts';
import { openView } from '../../store/store.ts';

function Counts({ result, onClose }: { result: ImportResult; onClose: () => void }) {
  const allKnown = result.files.length > 0 && result.files.every((file) => file.unchanged);
  return (
    <>
      <div className="figures">
        <Figure label="Rows read" value={formatCount(result.rowsRead)} note={formatRate(result.rowsPerSecond, 'rows')} />
        <Figure label="Accepted" value={formatCount(result.accepted)} testId="import-accepted" />
        <Figure label="Rejected" value={formatCount(result.rejected)} testId="import-rejected" />
        <Figure label="Duplicates" value={formatCount(result.duplicates)} testId="import-duplicates" />
      </div>
      {allKnown && <p>The same bytes were imported before: nothing changed.</p>}
      {result.files.length > 1 && (
        <ul className="line-list">
          {result.files.map((file) => (
            <li key={file.importId} className="line">
              <span className="grow">{baseName(file.path)}</span>
              <span className="muted">
                {formatCount(file.accepted)} of {formatCount(file.rowsRead)} rows into {file.entity}
              </span>
            </li>
          ))}
        </ul>
      )}
      {result.rejected > 0 && (
        <p>
          Rejected rows are kept with their line and the reason.{' '}
          <Button
            size="small"
            variant="outlined"
            text="Show rejects"
            onClick={() => {
              openView('data', { table: 'rejects' });
              onClose();
            }}
          />
        </p>
      )}
    </>
  );
}

/** An import under way, and what became of its rows. */
export function ImportOutcome({ job, onClose }: { job: Job; onClose: () => void }) {
  if (job.status === 'failed' && job.error) return <ErrorNote error={job.error} />;
  if (job.status === 'cancelled')
    return (
      <p>
        The import was cancelled. The workspace is as it was before; of several files, those that were read are not read again when you
        import the same once more.
      </p>
    );
  if (job.status !== 'succeeded') return <JobProgress job={job} />;
  const result = ImportResult.safeParse(job.result);
  return result.success ? <Counts result={result.data} onClose={onClose} /> : <p>The import is done.</p>;
}

import { Alert, Button } from '@blueprintjs/core';
import { useState } from 'react';
import type { ColumnProfile, ImportedFile } from '#contract/data';
import { engine } from '../../client/connect.ts';
import { useAction } from '../../client/use-action.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { formatCount, formatRate, formatShare, formatSize } from '../../format/numbers.ts';
import { baseName } from '../../format/text.ts';
import { formatDuration, formatMoment } from '../../format/time.ts';
import { undoText } from './undo-text.ts';

/** Every file that was imported, newest first, with what became of its rows. */
export function ImportsTable({ imports, onRejects }: { imports: readonly ImportedFile[]; onRejects: () => void }) {
  const [asked, ask] = useState<ImportedFile>();
  const undo = useAction((importId: string) => engine.call('data.undo', { importId }));
  return (
    <>
      <div className="table-scroll">
        <table className="table" data-testid="imports-table">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Into</th>
              <th scope="col">Format</th>
              <th scope="col" className="number">
                Size
              </th>
              <th scope="col" className="number">
                Rows read
              </th>
              <th scope="col" className="number">
                Accepted
              </th>
              <th scope="col" className="number">
                Rejected
              </th>
              <th scope="col" className="number">
                Duplicates
              </th>
              <th scope="col" className="number">
                Rate
              </th>
              <th scope="col">Imported</th>
              <th scope="col" />
            </tr>
          </thead>
          <tbody>
            {imports.map((file) => (
              <tr key={file.importId}>
                <th scope="row" title={file.path}>
                  {baseName(file.path)}
                </th>
                <td>{file.entity}</td>
                <td>{file.format}</td>
                <td className="number">{formatSize(file.sizeBytes)}</td>
                <td className="number">{formatCount(file.rowsRead)}</td>
                <td className="number">{formatCount(file.accepted)}</td>
                <td className="number">
                  {file.rejected ? (
                    <button type="button" className="link-button state-warning" onClick={onRejects}>
                      {formatCount(file.rejected)}
                    </button>
                  ) : (
                    '0'
                  )}
                </td>
                <td className="number">{formatCount(file.duplicates)}</td>
                <td className="number" title={formatDuration(file.seconds)}>
                  {file.unchanged ? 'unchanged' : formatRate(file.rowsPerSecond, 'rows')}
                </td>
                <td title={file.importedAt}>{formatMoment(file.importedAt)}</td>
                <td>
                  <Button
                    size="small"
                    variant="minimal"
                    text="Undo"
                    aria-label={`Undo the import of ${baseName(file.path)}`}
                    title={file.undo === true ? 'Take its rows out again' : file.undo}
                    disabled={file.undo !== true}
                    onClick={() => ask(file)}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Alert
        isOpen={asked !== undefined}
        intent="danger"
        confirmButtonText="Undo import"
        cancelButtonText="Keep it"
        onCancel={() => ask(undefined)}
        onConfirm={async () => {
          await undo.run(asked!.importId);
          ask(undefined);
        }}
        transitionDuration={0}
      >
        {asked && <p>{undoText(asked)}</p>}
      </Alert>
      {undo.error && <ErrorNote error={undo.error} />}
    </>
  );
}

/** Each column of each table: type, what is missing, how many distinct values, range, most frequent values. */
export function ProfileTable({ columns }: { columns: readonly ColumnProfile[] }) {
  return (
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Table</th>
            <th scope="col">Column</th>
            <th scope="col">Type</th>
            <th scope="col" className="number">
              Missing
            </th>
            <th scope="col" className="number">
              Distinct
            </th>
            <th scope="col">Smallest</th>
            <th scope="col">Largest</th>
            <th scope="col">Most frequent</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={`${column.table}.${column.column}`}>
              <td>{column.table}</td>
              <th scope="row">{column.column}</th>
              <td className="muted">{column.type.toLowerCase()}</td>
              <td className="number" title={`${formatCount(column.missing)} of ${formatCount(column.rows)} rows`}>
                {formatShare(column.rows ? column.missing / column.rows : 0)}
              </td>
              <td className="number">{formatCount(column.distinct)}</td>
              <td className="clip">{column.min ?? '–'}</td>
              <td className="clip">{column.max ?? '–'}</td>
              <td className="clip wide">{column.top.map((entry) => `${entry.value} (${formatCount(entry.count)})`).join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import type { ColumnProfile, ImportedFile } from '#contract/data';
import { formatCount, formatRate, formatShare, formatSize } from '../../format/numbers.ts';
import { baseName } from '../../format/text.ts';
import { formatDuration, formatMoment } from '../../format/time.ts';

/** Every file that was imported, newest first, with what became of its rows. */
export function ImportsTable({ imports, onRejects }: { imports: readonly ImportedFile[]; onRejects: () => void }) {
  return (
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
            </tr>
          ))}
        </tbody>
      </table>
    </div>
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

import { HTMLSelect } from '@blueprintjs/core';
import type { ColumnMapping, FilePreview } from '#contract/data';
import { cellKind, cellText } from './cells.ts';
import { assignRole, roleOfColumn, rolesOf, withoutRole } from './mapping.ts';

interface MappingEditorProps {
  preview: FilePreview;
  /** What was chosen against the guess. */
  chosen: ColumnMapping;
  /** Absent where the mapping cannot be changed. */
  onChange: ((chosen: ColumnMapping) => void) | undefined;
}

/** The first rows as they stand in the file, and above each column the role it will play, with the reason. */
export function MappingEditor({ preview, chosen, onChange }: MappingEditorProps) {
  const { mapping } = preview;
  const roles = rolesOf(preview.entity);
  const kinds = preview.columns.map(cellKind);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
    <div className="table-scroll mapping" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {preview.columns.map((column) => {
              const role = roleOfColumn(mapping, column.name);
              const reason = role === undefined ? '' : chosen[role] === column.name ? 'chosen here' : (preview.reasons[role] ?? '');
              return (
                <th key={column.name} scope="col">
                  <span className="mapping-column" title={column.type}>
                    {column.name}
                  </span>
                  <HTMLSelect
                    aria-label={`Role of ${column.name}`}
                    disabled={!onChange}
                    value={role ?? ''}
                    className={role === undefined ? 'role-none' : 'role-set'}
                    onChange={(event) => onChange?.(assignRole(mapping, chosen, column.name, event.currentTarget.value || undefined))}
                  >
                    <option value="">{withoutRole(preview.entity)}</option>
                    {roles.map(([id, label]) => (
                      <option key={id} value={id}>
                        {label}
                      </option>
                    ))}
                  </HTMLSelect>
                  <span className="mapping-reason">{reason}</span>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {preview.rows.slice(0, 8).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a file have no other name than their place.
            <tr key={index}>
              {preview.columns.map((column, at) => (
                <td key={column.name} className={`clip ${kinds[at] === 'number' ? 'number' : ''}`}>
                  {row[at] === null || row[at] === undefined ? (
                    <span className="muted">–</span>
                  ) : kinds[at] === 'moment' ? (
                    cellText(row[at], 'moment')
                  ) : (
                    String(row[at])
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

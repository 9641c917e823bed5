// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, which table elements do not allow; the roles say what they are.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { IdText } from '../../components/CopyButton.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { showingText } from '../../components/row-windows.ts';
import { Skeleton } from '../../components/States.tsx';
import { type Cell, type CellKind, cellKind, cellText, columnWidth } from './cells.ts';
import { type TableName, useRowWindows } from './use-row-windows.ts';

const rowHeight = 28;

function GridCell({ value, kind, name }: { value: Cell | undefined; kind: CellKind; name: string }) {
  if (value === undefined) return <span className="cell-wait" />;
  if (value === null) return <span className="muted">–</span>;
  if (kind === 'id') return <IdText id={String(value)} label={name} />;
  return <span title={String(value)}>{cellText(value, kind)}</span>;
}

const emptyText: Record<TableName, string> = {
  interactions: 'No interactions yet.',
  users: 'No users yet.',
  items: 'No items yet.',
  rejects: 'No row was rejected.',
};

/** A virtual grid over a table of any length, with the count of what it shows. */
export function RowGrid({ table }: { table: TableName }) {
  const rows = useRowWindows(table);
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.total ?? 0,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  const last = shown.at(-1)?.index ?? 0;
  const { need } = rows;
  useEffect(() => need(first, last), [need, first, last]);

  if (rows.total === undefined)
    return rows.error ? <ErrorNote error={rows.error} onRetry={rows.retry} /> : <Skeleton rows={8} height={20} />;
  if (rows.total === 0) return <p className="panel-text muted">{emptyText[table]}</p>;

  const kinds = rows.columns.map(cellKind);
  const template = rows.columns.map((column) => `minmax(${columnWidth(column)}px, 1fr)`).join(' ');
  const width = rows.columns.reduce((sum, column) => sum + columnWidth(column), 0);
  const top = Math.floor((virtual.scrollOffset ?? 0) / rowHeight);
  const bottom = Math.ceil(((virtual.scrollOffset ?? 0) + (virtual.scrollRect?.height ?? 0)) / rowHeight) - 2;
  return (
    <>
      {rows.error && <ErrorNote error={rows.error} onRetry={rows.retry} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
      <div ref={box} className="grid-box" role="table" aria-label={`Rows of ${table}`} aria-rowcount={rows.total + 1} tabIndex={0}>
        <div className="grid-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template, minWidth: width }} tabIndex={-1}>
          {rows.columns.map((column, at) => (
            <span
              key={column.name}
              role="columnheader"
              className={kinds[at] === 'number' ? 'number' : ''}
              title={column.type}
              tabIndex={-1}
            >
              {column.name}
            </span>
          ))}
        </div>
        <div className="grid-rows" role="rowgroup" style={{ height: virtual.getTotalSize(), minWidth: width }}>
          {shown.map((item) => {
            const row = rows.row(item.index);
            return (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                className="grid-row"
                style={{ gridTemplateColumns: template, transform: `translateY(${item.start}px)` }}
                tabIndex={-1}
              >
                {rows.columns.map((column, at) => (
                  <span key={column.name} role="cell" className={kinds[at] === 'number' ? 'number' : ''}>
                    <GridCell value={row === undefined ? undefined : (row[at] ?? null)} kind={kinds[at]!} name={column.name} />
                  </span>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      <p className="grid-foot" aria-live="off">
        {showingText(top, Math.max(top, bottom), rows.total)}
      </p>
    </>
  );
}

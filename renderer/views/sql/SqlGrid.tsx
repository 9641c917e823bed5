import { CaretDownIcon, CaretUpIcon } from '@blueprintjs/icons';
import { useState } from 'react';
import type { SqlColumn, SqlView } from '#contract/sql';
import { bridge } from '../../client/bridge.ts';
import { engine } from '../../client/connect.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Skeleton } from '../../components/States.tsx';
import { useWindows } from '../../components/use-windows.ts';
import { VirtualGrid } from '../../components/VirtualGrid.tsx';
import { cellKind, cellText, columnWidth } from '../data/cells.ts';
import { asTsv, nextSort, type Range, rangeHolds, rangeTo } from './result-view.ts';

interface SqlGridProps {
  id: number;
  columns: readonly SqlColumn[];
  view: SqlView;
  onView: (view: SqlView) => void;
}

/** The rows of a result: a head sorts, a field under it filters, cells are selected and copied. */
export function SqlGrid({ id, columns, view, onView }: SqlGridProps) {
  const rows = useWindows(`result ${id}`, JSON.stringify(view), (offset, limit) => engine.call('sql.window', { id, offset, limit, view }));
  const [range, setRange] = useState<Range>();
  const kinds = columns.map((column) => (cellKind(column) === 'number' ? 'number' : 'text') as 'number' | 'text');
  const filterOf = (name: string): string => view.filters?.find(({ column }) => column === name)?.text ?? '';
  const setFilter = (name: string, text: string) => {
    const others = (view.filters ?? []).filter(({ column }) => column !== name);
    const filters = text.trim() === '' ? others : [...others, { column: name, text }];
    const { filters: _, ...rest } = view;
    onView(filters.length > 0 ? { ...rest, filters } : rest);
  };
  const copy = (): string | null => {
    if (!range) return null;
    const text = asTsv(range, rows.row);
    bridge().copyText(text);
    return text;
  };
  if (rows.total === undefined)
    return rows.error ? <ErrorNote error={rows.error} onRetry={rows.retry} /> : <Skeleton rows={8} height={20} />;
  return (
    <>
      {rows.error && <ErrorNote error={rows.error} onRetry={rows.retry} />}
      <VirtualGrid
        label="Result"
        total={rows.total}
        need={rows.need}
        resetOn={JSON.stringify(view)}
        onCopy={copy}
        columns={columns.map((column, at) => ({
          name: `${at} ${column.name}`,
          title: column.type,
          width: columnWidth(column),
          number: kinds[at] === 'number',
          head: (
            <button
              type="button"
              className="sort-button"
              title={`${column.name}: ${column.type.toLowerCase()}. Click to sort.`}
              onClick={() => {
                const sort = nextSort(view.sort, column.name);
                const { sort: _, ...rest } = view;
                onView(sort ? { ...rest, sort } : rest);
              }}
            >
              {column.name}
              {view.sort?.column === column.name && (view.sort.descending ? <CaretDownIcon size={12} /> : <CaretUpIcon size={12} />)}
            </button>
          ),
        }))}
        under={columns.map((column) => (
          <input
            key={column.name}
            aria-label={`Filter ${column.name}`}
            placeholder="filter"
            defaultValue={filterOf(column.name)}
            onBlur={(event) => event.currentTarget.value !== filterOf(column.name) && setFilter(column.name, event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Enter' && setFilter(column.name, event.currentTarget.value)}
          />
        ))}
        cell={(row, at) => {
          const cells = rows.row(row);
          const value = cells?.[at];
          const selected = range !== undefined && rangeHolds(range, row, at);
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: cells are chosen with the mouse; the grid itself takes the keys.
            <span
              className={`sql-cell ${selected ? 'selected' : ''}`}
              title={value === null || value === undefined ? undefined : String(value)}
              onMouseDown={(event) =>
                setRange(event.shiftKey && range ? rangeTo(range, row, at) : { fromRow: row, fromColumn: at, toRow: row, toColumn: at })
              }
            >
              {cells === undefined ? (
                <span className="cell-wait" />
              ) : value === null || value === undefined ? (
                <span className="muted">NULL</span>
              ) : (
                cellText(value, kinds[at]!)
              )}
            </span>
          );
        }}
      />
    </>
  );
}

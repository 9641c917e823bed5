import type { InputOf } from '#contract/operations';
import { engine } from '../../client/connect.ts';
import { IdText } from '../../components/CopyButton.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Skeleton } from '../../components/States.tsx';
import { type Cell, useWindows } from '../../components/use-windows.ts';
import { VirtualGrid } from '../../components/VirtualGrid.tsx';
import { useStore } from '../../store/store.ts';
import { type CellKind, cellKind, cellText, columnWidth } from './cells.ts';

export type TableName = InputOf<'data.rows'>['table'];

/** A cell as it is written: what is on its way, missing, an id, or a value. */
export function GridCell({ value, kind, name }: { value: Cell | undefined; kind: CellKind; name: string }) {
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
  const epoch = useStore((state) =>
    state.connection === 0 ? null : `${state.connection} ${state.revisions.data} ${state.workspace?.path ?? ''}`,
  );
  const rows = useWindows(table, epoch, (offset, limit) => engine.call('data.rows', { table, offset, limit }));
  if (rows.total === undefined || !rows.latest)
    return rows.error ? <ErrorNote error={rows.error} onRetry={rows.retry} /> : <Skeleton rows={8} height={20} />;
  if (rows.total === 0) return <p className="panel-text muted">{emptyText[table]}</p>;
  const { columns } = rows.latest;
  const kinds = columns.map(cellKind);
  return (
    <>
      {rows.error && <ErrorNote error={rows.error} onRetry={rows.retry} />}
      <VirtualGrid
        label={`Rows of ${table}`}
        total={rows.total}
        need={rows.need}
        columns={columns.map((column, at) => ({
          name: column.name,
          title: column.type,
          width: columnWidth(column),
          number: kinds[at] === 'number',
        }))}
        cell={(row, at) => {
          const cells = rows.row(row);
          return <GridCell value={cells === undefined ? undefined : (cells[at] ?? null)} kind={kinds[at]!} name={columns[at]!.name} />;
        }}
      />
    </>
  );
}

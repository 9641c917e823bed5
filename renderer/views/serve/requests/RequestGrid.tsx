import type { ReactNode } from 'react';
import type { ServedRequest } from '#contract/server';
import { type GridColumn, VirtualGrid } from '../../../components/VirtualGrid.tsx';
import { formatMilliseconds } from '../../../format/numbers.ts';
import { formatMoment } from '../../../format/time.ts';
import { StatusText } from '../StatusText.tsx';
import { clockText, sourceText } from './request-log.ts';

const column = (name: string, title: string, width: number, number = false, share?: number): GridColumn => ({
  name,
  title,
  width,
  number,
  ...(share ? { share } : {}),
});

const columns: readonly (GridColumn & { show: (request: ServedRequest) => ReactNode })[] = [
  {
    ...column('Time', 'When it was answered, in your time zone', 112),
    show: ({ time }) => <time title={`${formatMoment(time)}, ${time}`}>{clockText(time)}</time>,
  },
  { ...column('Method', 'HTTP method', 66), show: ({ method }) => method },
  { ...column('Path', 'What was asked for', 130, false, 4), show: ({ target }) => <code title={target}>{target}</code> },
  { ...column('Status', 'HTTP status', 70), show: ({ status }) => <StatusText status={status} /> },
  {
    ...column('Source', 'Which stage made the list', 88),
    show: (request) => <span title={sourceText(request)}>{sourceText(request)}</span>,
  },
  { ...column('Latency', 'From arrival to answer', 78, true), show: ({ durationMs }) => formatMilliseconds(durationMs) },
  {
    ...column('Caller', 'Name of the key, or open where none is asked for', 84),
    show: ({ caller }) => <span title={caller}>{caller}</span>,
  },
];

const nothing = () => undefined;

interface RequestGridProps {
  rows: readonly ServedRequest[];
  selected: number;
  resetOn: string;
  onSelect: (row: number) => void;
  onOpen: () => void;
  onEscape: () => void;
}

/** The requests as rows: arrows choose, Enter goes to the details, Escape lets the list go on. */
export function RequestGrid({ rows, selected, resetOn, onSelect, onOpen, onEscape }: RequestGridProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears what the grid in it leaves.
    <div className="requests-grid" data-testid="request-log" onKeyDown={(event) => event.key === 'Escape' && onEscape()}>
      <VirtualGrid
        label="Requests, newest first"
        columns={columns}
        total={rows.length}
        need={nothing}
        resetOn={resetOn}
        selected={selected}
        onSelect={onSelect}
        onOpen={onOpen}
        cell={(row, at) => {
          const request = rows[row];
          return request && columns[at]?.show(request);
        }}
      />
    </div>
  );
}

import { Button, HTMLSelect, InputGroup } from '@blueprintjs/core';
import { PauseIcon, PlayIcon, TrashIcon } from '@blueprintjs/icons';
import type { ServedRequest } from '#contract/server';
import { formatCount } from '../../../format/numbers.ts';
import { type RequestFilter, routesSeen, routeText, type StatusFilter } from './request-log.ts';

const statuses: readonly [StatusFilter, string][] = [
  ['all', 'All statuses'],
  ['errors', 'Errors only'],
  ['4xx', '4xx only'],
  ['5xx', '5xx only'],
  ['good', 'No errors'],
];

interface RequestToolsProps {
  requests: readonly ServedRequest[];
  filter: RequestFilter;
  paused: boolean;
  /** Requests that came since the pause. */
  waiting: number;
  running: boolean;
  onFilter: (change: Partial<RequestFilter>) => void;
  onPause: () => void;
  onClear: () => void;
}

/** What is listed, and whether the list goes on. */
export function RequestTools({ requests, filter, paused, waiting, running, onFilter, onPause, onClear }: RequestToolsProps) {
  return (
    <div className="request-tools">
      <InputGroup
        size="small"
        type="search"
        className="request-search"
        aria-label="Filter requests by text"
        placeholder="Path, caller, source"
        value={filter.text}
        onValueChange={(text) => onFilter({ text })}
      />
      <HTMLSelect
        aria-label="Filter requests by route"
        className="request-route"
        value={filter.route}
        options={[
          { value: '', label: 'All routes' },
          ...routesSeen(requests, filter.route).map((route) => ({ value: route, label: routeText(route) })),
        ]}
        onChange={(event) => onFilter({ route: event.currentTarget.value })}
      />
      <HTMLSelect
        aria-label="Filter requests by status"
        value={filter.status}
        options={statuses.map(([value, label]) => ({ value, label }))}
        onChange={(event) => onFilter({ status: event.currentTarget.value as StatusFilter })}
      />
      <Button
        size="small"
        variant="outlined"
        icon={paused ? <PlayIcon size={14} /> : <PauseIcon size={14} />}
        text={paused ? (waiting > 0 ? `Resume · ${formatCount(waiting)} new` : 'Resume') : 'Pause'}
        disabled={!paused && !running}
        onClick={onPause}
      />
      <Button
        size="small"
        variant="minimal"
        icon={<TrashIcon size={14} />}
        aria-label="Clear requests"
        title="Clear the list"
        disabled={requests.length === 0}
        onClick={onClear}
      />
    </div>
  );
}

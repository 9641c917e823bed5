import { useRef, useState } from 'react';
import type { ServedRequest, ServerStatus } from '#contract/server';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Panel } from '../../../components/Panel.tsx';
import { Empty } from '../../../components/States.tsx';
import { countOf } from '../../../format/numbers.ts';
import { useViewState } from '../../../store/use-view-state.ts';
import { idleText } from '../idle-text.ts';
import { useTrafficLog } from '../use-traffic.ts';
import { RequestDetail } from './RequestDetail.tsx';
import { RequestGrid } from './RequestGrid.tsx';
import { RequestTools } from './RequestTools.tsx';
import { anyRequest, isFiltered, type RequestFilter, shownRequests } from './request-log.ts';

const initial = { filter: anyRequest };

/** What was kept when the reader stopped the list: it stands still, and the rest is counted. */
type Held = { requests: ServedRequest[]; lastSequence: number };

/** Requests as they come, newest first. Whoever chooses one has the list stand still until it is let go on. */
export function Requests({ status }: { status: ServerStatus }) {
  const [{ filter }, patch] = useViewState('serve', initial);
  const { log, error } = useTrafficLog();
  const [clearedAt, setClearedAt] = useState(0);
  const [held, setHeld] = useState<Held>();
  const [chosen, setChosen] = useState<number>();
  const detail = useRef<HTMLElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const all = (held?.requests ?? log.requests).filter(({ sequence }) => sequence > clearedAt);
  const rows = shownRequests(all, filter);
  const selected = rows.find(({ sequence }) => sequence === chosen);
  const hold = () => setHeld((old) => old ?? { requests: log.requests, lastSequence: log.lastSequence });
  const goOn = () => {
    setHeld(undefined);
    setChosen(undefined);
  };
  const choose = (row: number) => {
    hold();
    setChosen(rows[row]?.sequence);
  };
  const clear = () => {
    setClearedAt(log.lastSequence);
    goOn();
  };
  /** Back to where the keys go on. */
  const close = () => {
    setChosen(undefined);
    list.current?.querySelector<HTMLElement>('[role="grid"]')?.focus();
  };
  const running = status.state === 'running';
  return (
    <div ref={list} className={selected ? 'requests with-detail' : 'requests'}>
      <Panel flush className="requests-list">
        <RequestTools
          requests={all}
          filter={filter}
          paused={held !== undefined}
          waiting={held ? log.lastSequence - held.lastSequence : 0}
          running={running}
          onFilter={(change: Partial<RequestFilter>) => patch({ filter: { ...filter, ...change } })}
          onPause={() => (held ? goOn() : hold())}
          onClear={clear}
        />
        {error && <ErrorNote error={error} />}
        {rows.length > 0 ? (
          <RequestGrid
            rows={rows}
            selected={selected ? rows.indexOf(selected) : -1}
            resetOn={held ? JSON.stringify(filter) : ''}
            onSelect={choose}
            onOpen={() => detail.current?.focus()}
            onEscape={goOn}
          />
        ) : error && all.length === 0 ? null : (
          <Empty>
            {isFiltered(filter) && all.length > 0
              ? `None of ${countOf(all.length, 'request')} is what the filter asks for.`
              : running
                ? 'No request yet: Try sends one, and so does any program at the address above.'
                : idleText(status.state, 'every request is listed')}
          </Empty>
        )}
        {log.missed > 0 && (
          <p className="table-note panel-text muted">
            {countOf(log.missed, 'request')} more came faster than they are kept, or while nobody looked; the figures and the plots count
            them all.
          </p>
        )}
      </Panel>
      {selected && <RequestDetail key={selected.sequence} ref={detail} request={selected} status={status} onClose={close} />}
    </div>
  );
}

import { Button, HTMLSelect, SegmentedControl } from '@blueprintjs/core';
import type { ItemCard, Run } from '#contract/run';
import { useOperation } from '../../client/use-operation.ts';
import { NeedsWorkspace } from '../../components/NeedsWorkspace.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Answered, Empty, Skeleton } from '../../components/States.tsx';
import { UserLists } from '../../components/UserLists.tsx';
import { ViewHeader } from '../../components/ViewHeader.tsx';
import { formatShortMoment } from '../../format/time.ts';
import { openView } from '../../store/store.ts';
import { useViewState } from '../../store/use-view-state.ts';
import { ItemPicker, Newcomer } from './Newcomer.tsx';
import { UserPicker } from './UserPicker.tsx';

interface PlaygroundState {
  run: string;
  /** A second run beside it; empty for none. */
  against: string;
  /** A user of the workspace, or somebody made up. */
  who: 'user' | 'newcomer';
  query: string;
  user: string;
  itemQuery: string;
  had: ItemCard[];
  k: number;
}

const initial: PlaygroundState = { run: '', against: '', who: 'user', query: '', user: '', itemQuery: '', had: [], k: 10 };

function Table({ runs }: { runs: readonly Run[] }) {
  const [state, patch] = useViewState('playground', initial);
  const first = useOperation('run.users', state.user ? null : { query: '', limit: 1 });
  const run = runs.find((one) => one.id === state.run) ?? runs[0]!;
  const against = runs.find((one) => one.id === state.against && one.id !== run.id);
  const nameOf = (one: Run): string => `${one.label} · ${formatShortMoment(one.createdAt, Date.now())}`;
  const user = state.user || first.data?.[0]?.userId;
  return (
    <div className="playground-layout">
      <div className="playground-side">
        <Panel title="Run">
          <HTMLSelect
            fill
            aria-label="Run"
            value={run.id}
            options={runs.map((one) => ({ value: one.id, label: nameOf(one) }))}
            onChange={(event) => patch({ run: event.currentTarget.value })}
          />
          {runs.length > 1 && (
            <div className="compare-with">
              <span>Compare with</span>
              <HTMLSelect
                fill
                aria-label="Compare with"
                value={against?.id ?? ''}
                options={[
                  { value: '', label: 'nothing' },
                  ...runs.filter((one) => one !== run).map((one) => ({ value: one.id, label: nameOf(one) })),
                ]}
                onChange={(event) => patch({ against: event.currentTarget.value })}
              />
            </div>
          )}
          <div className="inline-field">
            <span>Show</span>
            <HTMLSelect
              aria-label="Number of recommendations"
              value={state.k}
              options={[5, 10, 20, 50]}
              onChange={(event) => patch({ k: Number(event.currentTarget.value) })}
            />
            <span>items</span>
          </div>
        </Panel>
        <SegmentedControl
          fill
          aria-label="Whom to be"
          value={state.who}
          options={[
            { value: 'user', label: 'A user' },
            { value: 'newcomer', label: 'Someone new' },
          ]}
          onValueChange={(who) => patch({ who: who as PlaygroundState['who'] })}
        />
        {state.who === 'newcomer' ? (
          <ItemPicker
            run={run.id}
            query={state.itemQuery}
            had={state.had}
            onQuery={(itemQuery) => patch({ itemQuery })}
            onAdd={(item) => patch({ had: [...state.had, item] })}
          />
        ) : (
          <UserPicker
            query={state.query}
            user={user ?? ''}
            onQuery={(query) => patch({ query })}
            onUser={(picked) => patch({ user: picked })}
          />
        )}
      </div>
      <div className="playground-main">
        {state.who === 'newcomer' ? (
          <Newcomer run={run} against={against} k={state.k} had={state.had} onHad={(had) => patch({ had })} />
        ) : user !== undefined ? (
          <UserLists run={run} against={against} user={user} k={state.k} />
        ) : first.loading ? (
          <Skeleton rows={10} height={32} />
        ) : (
          <Empty>Pick a user on the left.</Empty>
        )}
      </div>
    </div>
  );
}

function Contents() {
  const runs = useOperation('run.list', {}, ['runs', 'workspace']);
  return (
    <Answered answer={runs} skeleton={<Skeleton rows={10} height={32} />}>
      {(list) => {
        const retrieval = list.filter((run) => run.role === 'retrieval');
        return retrieval.length ? (
          <Table runs={retrieval} />
        ) : (
          <Panel>
            <Empty action={<Button variant="outlined" text="Open Models" onClick={() => openView('models')} />}>
              No retrieval model is trained yet: its run is what answers here.
            </Empty>
          </Panel>
        );
      }}
    </Answered>
  );
}

export function Playground() {
  return (
    <>
      <ViewHeader title="Playground" purpose="Be a user: what they did, and what a run, or two, would show them next." />
      <NeedsWorkspace>
        <Contents />
      </NeedsWorkspace>
    </>
  );
}

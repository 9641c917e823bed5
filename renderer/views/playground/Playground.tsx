import { Button, HTMLSelect, SegmentedControl } from '@blueprintjs/core';
import type { ItemCard, Run } from '#contract/run';
import { useOperation } from '../../client/use-operation.ts';
import { NeedsWorkspace } from '../../components/NeedsWorkspace.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Answered, Empty, Skeleton } from '../../components/States.tsx';
import { ViewHeader } from '../../components/ViewHeader.tsx';
import { formatMoment } from '../../format/time.ts';
import { openView } from '../../store/store.ts';
import { useViewState } from '../../store/use-view-state.ts';
import { ItemPicker, Newcomer } from './Newcomer.tsx';
import { UserLists } from './UserLists.tsx';
import { UserPicker } from './UserPicker.tsx';

interface PlaygroundState {
  run: string;
  /** A user of the workspace, or somebody made up. */
  who: 'user' | 'newcomer';
  query: string;
  user: string;
  itemQuery: string;
  had: ItemCard[];
  k: number;
}

const initial: PlaygroundState = { run: '', who: 'user', query: '', user: '', itemQuery: '', had: [], k: 10 };

function ForUser({ run, user, k }: { run: string; user: string; k: number }) {
  const view = useOperation('run.userView', { run, user, k }, ['data']);
  return (
    <Answered answer={view} skeleton={<Skeleton rows={10} height={32} />}>
      {(shown) => <UserLists view={shown} />}
    </Answered>
  );
}

function Table({ runs }: { runs: readonly Run[] }) {
  const [state, patch] = useViewState('playground', initial);
  const first = useOperation('run.users', state.user ? null : { query: '', limit: 1 });
  const run = runs.find((one) => one.id === state.run) ?? runs[0]!;
  const user = state.user || first.data?.[0]?.userId;
  return (
    <div className="playground-layout">
      <div className="playground-side">
        <Panel title="Run">
          <HTMLSelect
            fill
            aria-label="Run"
            value={run.id}
            options={runs.map((one) => ({ value: one.id, label: `${one.label} · ${formatMoment(one.createdAt)}` }))}
            onChange={(event) => patch({ run: event.currentTarget.value })}
          />
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
          <Newcomer run={run.id} k={state.k} had={state.had} onHad={(had) => patch({ had })} />
        ) : user !== undefined ? (
          <ForUser run={run.id} user={user} k={state.k} />
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
      <ViewHeader title="Playground" purpose="Be a user: what they did, and what a run would show them next." />
      <NeedsWorkspace>
        <Contents />
      </NeedsWorkspace>
    </>
  );
}

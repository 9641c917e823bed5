import { Button } from '@blueprintjs/core';
import { stoppedServer } from '#contract/server';
import { useOperation } from '../../client/use-operation.ts';
import { NeedsWorkspace } from '../../components/NeedsWorkspace.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Answered, Empty, Skeleton } from '../../components/States.tsx';
import { ViewHeader } from '../../components/ViewHeader.tsx';
import { openView, useStore } from '../../store/store.ts';
import { useViewState } from '../../store/use-view-state.ts';
import type { Language } from './client-code.ts';
import { ServerPanel } from './ServerPanel.tsx';
import { Traffic } from './Traffic.tsx';
import { TryIt } from './TryIt.tsx';

const initial = { port: '8000', bundle: '', user: '', k: 10, language: 'curl' as Language };

function Contents() {
  const [state, patch] = useViewState('serve', initial);
  const status = useStore((store) => store.server) ?? stoppedServer;
  const bundles = useOperation('bundle.list', {}, ['workspace', 'runs', 'jobs']);
  return (
    <Answered answer={bundles} skeleton={<Skeleton rows={8} height={32} />}>
      {(list) =>
        list.length === 0 && status.state !== 'running' ? (
          <Panel>
            <Empty action={<Button variant="outlined" text="Open Home" onClick={() => openView('home')} />}>
              No bundle to serve yet: Build recommender on Home makes one.
            </Empty>
          </Panel>
        ) : (
          <>
            <ServerPanel
              status={status}
              bundles={list}
              port={state.port}
              bundle={state.bundle}
              onPort={(port) => patch({ port })}
              onBundle={(bundle) => patch({ bundle })}
            />
            <Traffic status={status} />
            <TryIt
              url={status.state === 'running' ? status.url : null}
              user={state.user}
              k={state.k}
              language={state.language}
              onChange={patch}
            />
          </>
        )
      }
    </Answered>
  );
}

export function Serve() {
  return (
    <>
      <ViewHeader
        title="Serve"
        purpose="Answer requests on a local port with the active bundle; events that come in are kept for the next training."
      />
      <NeedsWorkspace>
        <Contents />
      </NeedsWorkspace>
    </>
  );
}

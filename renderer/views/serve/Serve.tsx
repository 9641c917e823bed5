import { Button, Tab, Tabs } from '@blueprintjs/core';
import type { BundleInfo } from '#contract/bundle';
import { type ServerStatus, stoppedServer } from '#contract/server';
import { useOperation } from '../../client/use-operation.ts';
import { NeedsWorkspace } from '../../components/NeedsWorkspace.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Answered, Empty, Skeleton } from '../../components/States.tsx';
import { ViewHeader } from '../../components/ViewHeader.tsx';
import { openView, useStore } from '../../store/store.ts';
import { useViewState } from '../../store/use-view-state.ts';
import { Keys } from './keys/Keys.tsx';
import { Requests } from './requests/Requests.tsx';
import { ServerPanel } from './ServerPanel.tsx';
import { type ServeTab, serveTabs } from './serve-tabs.ts';
import { Traffic } from './traffic/Traffic.tsx';
import { TryRoute } from './try/TryRoute.tsx';
import { useTrafficPolling } from './use-traffic.ts';
import { Versions } from './versions/Versions.tsx';

const initial = { port: '8000', bundle: '', tab: 'traffic' as ServeTab };

/** What is served, or would be. */
const servedBundle = (status: ServerStatus, bundles: readonly BundleInfo[]): BundleInfo | undefined =>
  bundles.find(({ id }) => id === status.bundle) ?? bundles.find(({ active }) => active) ?? bundles[0];

function TabBody({ tab, status, bundles }: { tab: ServeTab; status: ServerStatus; bundles: readonly BundleInfo[] }) {
  switch (tab) {
    case 'traffic':
      return <Traffic status={status} />;
    case 'requests':
      return <Requests status={status} />;
    case 'try':
      return <TryRoute status={status} run={servedBundle(status, bundles)?.manifest.run} />;
    case 'keys':
      return <Keys />;
    case 'versions':
      return <Versions status={status} bundles={bundles} />;
  }
}

function Server({ bundles }: { bundles: readonly BundleInfo[] }) {
  const [state, patch] = useViewState('serve', initial);
  const status = useStore((store) => store.server) ?? stoppedServer;
  useTrafficPolling(status);
  if (bundles.length === 0 && status.state !== 'running') {
    return (
      <Panel>
        <Empty action={<Button variant="outlined" text="Open Home" onClick={() => openView('home')} />}>
          No bundle to serve yet: Build recommender on Home makes one.
        </Empty>
      </Panel>
    );
  }
  return (
    <>
      <ServerPanel
        status={status}
        bundles={bundles}
        port={state.port}
        bundle={state.bundle}
        onPort={(port) => patch({ port })}
        onBundle={(bundle) => patch({ bundle })}
      />
      <Tabs
        id="serve"
        className="serve-tabs"
        animate={false}
        renderActiveTabPanelOnly
        selectedTabId={state.tab}
        onChange={(tab) => patch({ tab: tab as ServeTab })}
      >
        {serveTabs.map(([id, title]) => (
          // Blueprint's arrow keys pass over tabs that do not say that they are enabled.
          <Tab key={id} id={id} title={title} disabled={false} panel={<TabBody tab={id} status={status} bundles={bundles} />} />
        ))}
      </Tabs>
    </>
  );
}

function Contents() {
  const bundles = useOperation('bundle.list', {}, ['workspace', 'runs', 'jobs']);
  return (
    <Answered answer={bundles} skeleton={<Skeleton rows={8} height={32} />}>
      {(list) => <Server bundles={list} />}
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

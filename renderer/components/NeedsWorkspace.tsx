import { Button } from '@blueprintjs/core';
import { FolderOpenIcon, LayersIcon } from '@blueprintjs/icons';
import type { ReactNode } from 'react';
import { openSample, openWorkspace } from '../client/commands.ts';
import { useAction } from '../client/use-action.ts';
import { useStore } from '../store/store.ts';
import { ErrorNote } from './ErrorNote.tsx';
import { Panel } from './Panel.tsx';
import { Empty, Skeleton } from './States.tsx';

/** What stands inside is about one workspace: without one it says how to get one; another one starts it afresh. */
export function NeedsWorkspace({ children }: { children: ReactNode }) {
  const path = useStore((state) => (state.workspace ? state.workspace.path : state.workspace));
  const sample = useAction(openSample);
  const open = useAction(openWorkspace);
  if (path === undefined) return <Skeleton rows={8} height={24} />;
  if (path !== null) {
    return (
      <div className="view-body" key={path}>
        {children}
      </div>
    );
  }
  const error = sample.error ?? open.error;
  return (
    <Panel>
      <Empty
        action={
          <div className="button-row">
            <Button variant="outlined" icon={<LayersIcon />} text="Open sample" loading={sample.busy} onClick={() => sample.run()} />
            <Button variant="outlined" icon={<FolderOpenIcon />} text="Open workspace" loading={open.busy} onClick={() => open.run()} />
          </div>
        }
      >
        No workspace is open: open the sample or one of your own.
      </Empty>
      {error && <ErrorNote error={error} />}
    </Panel>
  );
}

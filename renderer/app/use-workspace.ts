import { useEffect, useRef } from 'react';
import { engine } from '../client/connect.ts';
import { createLatest } from '../client/latest.ts';
import { useStore } from '../store/store.ts';

/** The open workspace's counts follow its data, its runs and its bundles. */
export function useWorkspaceFollowing(): void {
  const revision = useStore(({ revisions: { workspace, data, runs, jobs } }) => `${workspace},${data},${runs},${jobs}`);
  const seen = useRef(revision);
  const latest = useRef(createLatest());
  useEffect(() => {
    if (seen.current === revision) return;
    seen.current = revision;
    if (useStore.getState().connection === 0) return;
    latest.current(engine.call('workspace.current', {}), {
      value: (workspace) => useStore.setState({ workspace }),
      error: () => undefined, // The counts stay as they were; whoever needs them next says what is wrong.
    });
  }, [revision]);
}

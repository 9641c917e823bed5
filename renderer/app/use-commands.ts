import { useMemo } from 'react';
import { bridge } from '../client/bridge.ts';
import {
  buildRecommender,
  cancelJob,
  chooseImport,
  closeWorkspace,
  createWorkspace,
  openSample,
  openWorkspace,
  startServing,
  stopServing,
} from '../client/commands.ts';
import { activeJob } from '../store/apply-events.ts';
import { openView, setTheme, useStore } from '../store/store.ts';

export interface Command {
  id: string;
  label: string;
  shortcut?: string;
  run: () => unknown;
}

const home = async (work: () => Promise<unknown>) => {
  openView('home');
  await work();
};

/** Every command that makes sense now; the palette and the keyboard read the same list. */
export function useCommands(): Command[] {
  const job = useStore((state) => activeJob(state.jobs));
  const server = useStore((state) => state.server);
  const workspace = useStore((state) => state.workspace);
  return useMemo(() => {
    const commands: Command[] = [
      { id: 'build', label: 'Build recommender', run: () => home(buildRecommender) },
      { id: 'import', label: 'Import file', shortcut: 'O', run: () => chooseImport('data') },
      { id: 'import-folder', label: 'Import folder', run: () => chooseImport('folder') },
      { id: 'train', label: 'Train model', run: () => openView('models') },
    ];
    if (server?.state === 'running') {
      commands.push({ id: 'stop', label: 'Stop serving', run: stopServing });
      const url = server.url;
      if (url) commands.push({ id: 'copy-url', label: 'Copy server address', run: () => bridge().copyText(url) });
    } else if (workspace?.activeBundle) {
      commands.push({ id: 'serve', label: 'Start serving', run: () => startServing() });
    }
    if (job) commands.push({ id: 'cancel', label: `Cancel job: ${job.title}`, shortcut: '.', run: () => cancelJob(job.id) });
    commands.push(
      { id: 'sample', label: 'Open sample', run: () => home(openSample) },
      { id: 'open', label: 'Open workspace', run: () => home(openWorkspace) },
      { id: 'new', label: 'New workspace', run: () => home(createWorkspace) },
    );
    if (workspace) {
      commands.push({ id: 'folder', label: 'Show workspace folder', run: () => bridge().showFolder(workspace.path) });
      commands.push({ id: 'close', label: 'Close workspace', run: closeWorkspace });
    }
    commands.push(
      { id: 'light', label: 'Light theme', run: () => setTheme('light') },
      { id: 'dark', label: 'Dark theme', run: () => setTheme('dark') },
      { id: 'system', label: 'System theme', run: () => setTheme('system') },
      { id: 'shortcuts', label: 'Keyboard shortcuts', run: () => useStore.setState({ shortcutsOpen: true }) },
    );
    return commands;
  }, [job, server, workspace]);
}

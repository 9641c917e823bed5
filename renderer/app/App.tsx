import { Button } from '@blueprintjs/core';
import { CrossIcon } from '@blueprintjs/icons';
import { useEffect } from 'react';
import { useColourMode } from '../charts/use-colour-mode.ts';
import { bridge } from '../client/bridge.ts';
import { ErrorNote } from '../components/ErrorNote.tsx';
import { useStore } from '../store/store.ts';
import { ImportDialog } from '../views/data/ImportDialog.tsx';
import { views } from '../views/views.ts';
import { DropTarget } from './DropTarget.tsx';
import { EngineBanner } from './EngineBanner.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Navigation } from './Navigation.tsx';
import { Palette } from './Palette.tsx';
import { Shortcuts } from './Shortcuts.tsx';
import { StatusBar } from './StatusBar.tsx';
import { TopBar } from './TopBar.tsx';
import { useCommands } from './use-commands.ts';
import { useKeyboard } from './use-keyboard.ts';
import { useWorkspaceFollowing } from './use-workspace.ts';

function useTheme(): void {
  const choice = useStore((state) => state.theme);
  const mode = useColourMode(choice);
  useEffect(() => bridge().setTheme(choice), [choice]);
  useEffect(() => {
    document.body.classList.toggle('bp6-dark', mode === 'dark');
    document.documentElement.dataset.theme = mode;
  }, [mode]);
}

function Problem() {
  const problem = useStore((state) => state.problem);
  if (!problem) return null;
  return (
    <div className="frame-problem">
      <ErrorNote error={problem} />
      <Button variant="minimal" icon={<CrossIcon />} aria-label="Dismiss error" onClick={() => useStore.setState({ problem: null })} />
    </div>
  );
}

/** The frame, and in it the view that is open. */
export function App() {
  useTheme();
  useWorkspaceFollowing();
  const commands = useCommands();
  useKeyboard(commands);
  const current = useStore((state) => state.view);
  const view = views.find((one) => one.id === current) ?? views[0]!;
  return (
    <DropTarget>
      <div className="frame">
        <TopBar />
        <EngineBanner />
        <Navigation />
        <main className="view" key={view.id} data-testid={`view-${view.id}`}>
          <Problem />
          <ErrorBoundary view={view.title}>
            <view.component />
          </ErrorBoundary>
        </main>
        <StatusBar />
      </div>
      <Palette commands={commands} />
      <Shortcuts />
      <ImportDialog />
    </DropTarget>
  );
}

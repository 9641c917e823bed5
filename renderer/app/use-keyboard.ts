import { useEffect } from 'react';
import { bridge } from '../client/bridge.ts';
import { openView, perform, useStore } from '../store/store.ts';
import { views } from '../views/views.ts';
import { shortcutFor } from './keyboard.ts';
import type { Command } from './use-commands.ts';

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** The shortcuts of the whole window. */
export function useKeyboard(commands: readonly Command[]): void {
  useEffect(() => {
    const runCommand = (id: string) => {
      const command = commands.find((one) => one.id === id);
      if (command) void perform(command.run);
    };
    const onKey = (event: KeyboardEvent) => {
      // Also where the focus has not reached the overlay yet.
      if (event.key === 'Escape') useStore.setState({ paletteOpen: false, shortcutsOpen: false });
      const action = shortcutFor(event, bridge().platform, isTyping(event.target));
      if (!action) return;
      event.preventDefault();
      if (action.kind === 'palette') useStore.setState((state) => ({ paletteOpen: !state.paletteOpen }));
      else if (action.kind === 'shortcuts') useStore.setState({ shortcutsOpen: true });
      else if (action.kind === 'cancelJob') runCommand('cancel');
      else if (action.kind === 'import') runCommand('import');
      else {
        const view = views.find((one) => one.order === action.order);
        if (view) openView(view.id);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [commands]);
}

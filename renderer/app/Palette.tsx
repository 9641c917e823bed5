import { InputGroup, MenuItem, Overlay2 } from '@blueprintjs/core';
import { SearchIcon } from '@blueprintjs/icons';
import { QueryList } from '@blueprintjs/select';
import { useMemo } from 'react';
import { bridge } from '../client/bridge.ts';
import { openWorkspaceAt } from '../client/commands.ts';
import { useOperation } from '../client/use-operation.ts';
import { openView, perform, useStore } from '../store/store.ts';
import { views } from '../views/views.ts';
import { keyText } from './keyboard.ts';
import { filterEntries, objectEntries, type PaletteEntry } from './palette-commands.ts';
import type { Command } from './use-commands.ts';

const close = () => useStore.setState({ paletteOpen: false });

interface PaletteProps {
  commands: readonly Command[];
}

/** One fuzzy list over views, commands, models, runs and workspaces. */
export function Palette({ commands }: PaletteProps) {
  const open = useStore((state) => state.paletteOpen);
  const workspace = useStore((state) => state.workspace);
  const models = useOperation('model.list', open ? {} : null);
  const runs = useOperation('run.list', open && workspace ? {} : null);
  const recent = useOperation('workspace.recent', open ? {} : null);
  const platform = bridge().platform;

  const entries = useMemo<PaletteEntry[]>(
    () => [
      ...views.map(
        (view): PaletteEntry => ({ id: `view ${view.id}`, group: 'View', label: view.title, hint: keyText(platform, String(view.order)) }),
      ),
      ...commands.map(
        (command): PaletteEntry => ({
          id: `command ${command.id}`,
          group: 'Command',
          label: command.label,
          ...(command.shortcut ? { hint: keyText(platform, command.shortcut) } : {}),
        }),
      ),
      ...objectEntries({ models: models.data ?? [], runs: runs.data ?? [], recent: recent.data ?? [] }),
    ],
    [commands, models.data, runs.data, recent.data, platform],
  );

  const select = (entry: PaletteEntry) => {
    close();
    const id = entry.id.slice(entry.id.indexOf(' ') + 1);
    if (entry.group === 'View') openView(id);
    else if (entry.group === 'Model') openView('models', { model: id });
    else if (entry.group === 'Run') openView('models', { run: id, model: runs.data?.find((one) => one.id === id)?.model });
    else if (entry.group === 'Workspace') void perform(() => openWorkspaceAt(id));
    else {
      const command = commands.find((one) => one.id === id);
      if (command) void perform(command.run);
    }
  };

  // Mounted afresh each time, so that it starts with an empty query.
  if (!open) return null;
  return (
    <QueryList<PaletteEntry>
      items={entries}
      itemListPredicate={filterEntries}
      itemRenderer={(entry, { handleClick, handleFocus, modifiers, ref }) =>
        modifiers.matchesPredicate ? (
          <MenuItem
            key={entry.id}
            ref={ref}
            active={modifiers.active}
            onClick={handleClick}
            {...(handleFocus ? { onFocus: handleFocus } : {})}
            text={entry.label}
            label={entry.hint ?? entry.group}
            roleStructure="listoption"
          />
        ) : null
      }
      onItemSelect={select}
      noResults={<MenuItem disabled text="Nothing by that name." roleStructure="listoption" />}
      resetOnSelect
      renderer={({ handleKeyDown, handleKeyUp, handleQueryChange, itemList, query }) => (
        <Overlay2 isOpen onClose={close} transitionDuration={0}>
          <div className="palette" role="dialog" aria-label="Command palette" onKeyDown={handleKeyDown} onKeyUp={handleKeyUp}>
            <InputGroup
              autoFocus
              leftElement={<SearchIcon size={16} className="input-icon" />}
              placeholder="Search or run a command"
              aria-label="Search or run a command"
              value={query}
              onChange={handleQueryChange}
            />
            {itemList}
          </div>
        </Overlay2>
      )}
    />
  );
}

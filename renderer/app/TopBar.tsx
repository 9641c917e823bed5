import { Button, Menu, MenuDivider, MenuItem, PopoverNext } from '@blueprintjs/core';
import { CaretDownIcon, ContrastIcon, FolderNewIcon, FolderOpenIcon, HelpIcon, LayersIcon, SearchIcon } from '@blueprintjs/icons';
import type { ThemeChoice } from '#contract/bridge';
import { bridge } from '../client/bridge.ts';
import { closeWorkspace, createWorkspace, openSample, openWorkspace, openWorkspaceAt } from '../client/commands.ts';
import { useOperation } from '../client/use-operation.ts';
import { perform, setTheme, useStore } from '../store/store.ts';
import { keyText } from './keyboard.ts';

function WorkspaceMenu() {
  const workspace = useStore((state) => state.workspace);
  const recent = useOperation('workspace.recent', {}, ['workspace']);
  const others = (recent.data ?? []).filter((entry) => entry.exists && entry.path !== workspace?.path).slice(0, 8);
  return (
    <Menu>
      <MenuItem icon={<LayersIcon />} text="Open sample" onClick={() => perform(openSample)} />
      <MenuItem icon={<FolderOpenIcon />} text="Open workspace" onClick={() => perform(openWorkspace)} />
      <MenuItem icon={<FolderNewIcon />} text="New workspace" onClick={() => perform(createWorkspace)} />
      {others.length > 0 && <MenuDivider title="Recent" />}
      {others.map((entry) => (
        <MenuItem key={entry.path} text={entry.name} title={entry.path} onClick={() => perform(() => openWorkspaceAt(entry.path))} />
      ))}
      {workspace && (
        <>
          <MenuDivider />
          <MenuItem text="Show folder" onClick={() => bridge().showFolder(workspace.path)} />
          <MenuItem text="Close workspace" onClick={() => perform(closeWorkspace)} />
        </>
      )}
    </Menu>
  );
}

const themes: readonly [ThemeChoice, string][] = [
  ['light', 'Light'],
  ['dark', 'Dark'],
  ['system', 'System'],
];

/** Which workspace, what to find, how it looks. */
export function TopBar() {
  const workspace = useStore((state) => state.workspace);
  const theme = useStore((state) => state.theme);
  return (
    <header className="top-bar">
      <PopoverNext animation="minimal" arrow={false} placement="bottom-start" content={<WorkspaceMenu />}>
        <Button
          variant="minimal"
          className="workspace-button"
          endIcon={<CaretDownIcon size={12} />}
          text={workspace?.name ?? 'No workspace'}
          title={workspace?.path ?? 'Open or create a workspace'}
          aria-label={`Workspace: ${workspace?.name ?? 'none open'}`}
        />
      </PopoverNext>
      <button type="button" className="palette-button" onClick={() => useStore.setState({ paletteOpen: true })}>
        <SearchIcon size={14} />
        <span className="palette-label">Search or run a command</span>
        <kbd>{keyText(bridge().platform, 'K')}</kbd>
      </button>
      <div className="top-bar-end">
        <PopoverNext
          animation="minimal"
          arrow={false}
          placement="bottom-end"
          content={
            <Menu>
              {themes.map(([choice, label]) => (
                <MenuItem
                  key={choice}
                  text={label}
                  selected={theme === choice}
                  roleStructure="listoption"
                  onClick={() => setTheme(choice)}
                />
              ))}
            </Menu>
          }
        >
          <Button variant="minimal" icon={<ContrastIcon />} aria-label="Theme" title="Theme" />
        </PopoverNext>
        <Button
          variant="minimal"
          icon={<HelpIcon />}
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
          onClick={() => useStore.setState({ shortcutsOpen: true })}
        />
      </div>
    </header>
  );
}

import { Button, Menu, MenuItem, PopoverNext } from '@blueprintjs/core';
import { CaretDownIcon, TickIcon } from '@blueprintjs/icons';
import type { KeyboardEvent } from 'react';
import { useCopied } from '../../components/CopyButton.tsx';
import { type ExportedTable, type ExportFormat, exportFormats, exportTable } from './comparison-export.ts';

const uses: Record<ExportFormat, string> = { CSV: 'all digits, intervals', Markdown: 'as on the screen', LaTeX: 'booktabs' };

const itemsOf = (menu: HTMLElement): HTMLElement[] => [...menu.querySelectorAll<HTMLElement>('[role="menuitem"]')];

/** Arrows go through the menu, from its end to its start. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = itemsOf(event.currentTarget);
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
}

/** Copies the comparison to the clipboard. */
export function ExportMenu({ table }: { table: ExportedTable }) {
  const [copied, copy] = useCopied();
  return (
    <>
      <PopoverNext
        animation="minimal"
        arrow={false}
        placement="bottom-end"
        onOpened={(popover) => itemsOf(popover)[0]?.focus()}
        content={
          <Menu onKeyDown={moveFocus}>
            {exportFormats.map((format) => (
              <MenuItem key={format} text={format} label={uses[format]} onClick={() => copy(exportTable(format, table))} />
            ))}
          </Menu>
        }
      >
        <Button
          size="small"
          variant="outlined"
          text={copied ? 'Copied' : 'Copy table'}
          endIcon={copied ? <TickIcon size={14} /> : <CaretDownIcon size={14} />}
        />
      </PopoverNext>
      <span className="visually-hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </>
  );
}

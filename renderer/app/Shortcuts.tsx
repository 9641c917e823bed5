import { Dialog, DialogBody } from '@blueprintjs/core';
import { bridge } from '../client/bridge.ts';
import { useStore } from '../store/store.ts';
import { views } from '../views/views.ts';
import { keyText } from './keyboard.ts';

/** What `?` shows. */
export function Shortcuts() {
  const open = useStore((state) => state.shortcutsOpen);
  const platform = bridge().platform;
  if (!open) return null;
  const rows: [string, string][] = [
    ...views.map((view): [string, string] => [view.title, keyText(platform, String(view.order))]),
    ['Search or run a command', keyText(platform, 'K')],
    ['Import file', keyText(platform, 'O')],
    ['Cancel running job', keyText(platform, '.')],
    ['Keyboard shortcuts', '?'],
  ];
  return (
    <Dialog
      isOpen
      title="Keyboard shortcuts"
      onClose={() => useStore.setState({ shortcutsOpen: false })}
      className="small-dialog"
      transitionDuration={0}
    >
      <DialogBody>
        <dl className="shortcuts">
          {rows.map(([label, keys]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <kbd>{keys}</kbd>
              </dd>
            </div>
          ))}
        </dl>
      </DialogBody>
    </Dialog>
  );
}

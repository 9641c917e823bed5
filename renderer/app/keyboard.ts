export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

export type ShortcutAction =
  | { kind: 'view'; order: number }
  | { kind: 'palette' }
  | { kind: 'shortcuts' }
  | { kind: 'cancelJob' }
  | { kind: 'import' };

/** What a key press asks for. `typing`: the focus is in a field, where a bare `?` is only a letter. */
export function shortcutFor(press: KeyPress, platform: string, typing: boolean): ShortcutAction | undefined {
  const command = platform === 'darwin' ? press.metaKey : press.ctrlKey;
  if (press.altKey) return undefined;
  if (!command) return press.key === '?' && !typing && !press.ctrlKey && !press.metaKey ? { kind: 'shortcuts' } : undefined;
  const key = press.key.toLowerCase();
  if (/^[1-9]$/.test(key)) return { kind: 'view', order: Number(key) };
  if (key === 'k') return { kind: 'palette' };
  if (key === 'o') return { kind: 'import' };
  if (key === '.') return { kind: 'cancelJob' };
  return undefined;
}

/** `Ctrl+K`, or `⌘K` on a Mac. */
export function keyText(platform: string, key: string): string {
  return platform === 'darwin' ? `⌘${key}` : `Ctrl+${key}`;
}

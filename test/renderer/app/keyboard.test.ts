import { expect, test } from 'vitest';
import { keyText, shortcutFor } from '../../../renderer/app/keyboard.ts';

const press = (key: string, more: Partial<Parameters<typeof shortcutFor>[0]> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

test('Ctrl with a digit opens a view, with K the palette, with a full stop cancels', () => {
  expect(shortcutFor(press('3', { ctrlKey: true }), 'linux', false)).toEqual({ kind: 'view', order: 3 });
  expect(shortcutFor(press('k', { ctrlKey: true }), 'linux', true)).toEqual({ kind: 'palette' });
  expect(shortcutFor(press('.', { ctrlKey: true }), 'linux', false)).toEqual({ kind: 'cancelJob' });
});

test('a question mark opens the shortcuts, but not while one types', () => {
  expect(shortcutFor(press('?', { shiftKey: true }), 'linux', false)).toEqual({ kind: 'shortcuts' });
  expect(shortcutFor(press('?', { shiftKey: true }), 'linux', true)).toBeUndefined();
});

test('on a Mac it is the command key', () => {
  expect(shortcutFor(press('k', { metaKey: true }), 'darwin', false)).toEqual({ kind: 'palette' });
  expect(shortcutFor(press('k', { ctrlKey: true }), 'darwin', false)).toBeUndefined();
  expect(keyText('darwin', 'K')).toBe('⌘K');
  expect(keyText('win32', 'K')).toBe('Ctrl+K');
});

test('plain letters and Alt combinations are left alone', () => {
  expect(shortcutFor(press('k'), 'linux', false)).toBeUndefined();
  expect(shortcutFor(press('1', { ctrlKey: true, altKey: true }), 'linux', false)).toBeUndefined();
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeWindow, readShellState, writeShellState } from '../../electron/shell-state.ts';

const screen = { x: 0, y: 0, width: 1920, height: 1080 };

test('a window opens where it was', () => {
  const before = { x: 100, y: 50, width: 1400, height: 900 };
  expect(placeWindow(before, [screen])).toEqual(before);
});

test('a window whose screen is gone opens in the middle of the first one', () => {
  expect(placeWindow({ x: 2500, y: 50, width: 1400, height: 900 }, [screen])).toEqual({ width: 1280, height: 800 });
});

test('a window is never larger than a small screen', () => {
  expect(placeWindow(null, [{ x: 0, y: 0, width: 1024, height: 700 }])).toEqual({ width: 1024, height: 700 });
});

test('a remembered window that is too small grows to what the views need', () => {
  expect(placeWindow({ x: 0, y: 0, width: 300, height: 200 }, [screen])).toEqual({ x: 0, y: 0, width: 960, height: 600 });
});

test('state survives on disk, and a damaged file counts as none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recsmith-shell-'));
  const file = join(folder, 'window.json');
  const state = { bounds: { x: 1, y: 2, width: 1000, height: 700 }, maximized: true, theme: 'dark' as const };
  writeShellState(file, state);
  expect(readShellState(file)).toEqual(state);
  writeFileSync(file, '{"bounds":{"x":"far"}}');
  expect(readShellState(file)).toEqual({ bounds: null, maximized: false, theme: 'system' });
  rmSync(folder, { recursive: true });
});

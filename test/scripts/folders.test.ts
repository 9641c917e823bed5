import path from 'node:path';
import { expect, test } from 'vitest';
import { hasDisplay } from '../../scripts/environment.mjs';
import { cacheFolder } from '../../scripts/setup/folders.mjs';

test('downloads are kept where each system keeps them', () => {
  expect(cacheFolder({}, 'linux', '/home/ada')).toBe(path.join('/home/ada', '.cache', 'recsmith'));
  expect(cacheFolder({ XDG_CACHE_HOME: '/big' }, 'linux', '/home/ada')).toBe(path.join('/big', 'recsmith'));
  expect(cacheFolder({}, 'darwin', '/Users/ada')).toBe(path.join('/Users/ada', 'Library', 'Caches', 'recsmith'));
  expect(cacheFolder({ LOCALAPPDATA: 'L' }, 'win32', 'H')).toBe(path.join('L', 'recsmith'));
});

test('on Linux a window needs X or Wayland, elsewhere the desktop is there', () => {
  expect(hasDisplay({}, 'linux')).toBe(false);
  expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true);
  expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
  expect(hasDisplay({}, 'darwin')).toBe(true);
});

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAppUrl, resolveAppPath } from '../../electron/app-path.ts';

let folder = '';
let root = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recsmith-app-'));
  root = join(folder, 'renderer');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(root, 'index.html'), '<p>');
  writeFileSync(join(root, 'assets/page-1a_B.js'), '1');
  writeFileSync(join(root, 'assets/plain'), 'no type');
  writeFileSync(join(folder, 'secret.js'), 'secret');
  symlinkSync(join(folder, 'secret.js'), join(root, 'assets/link.js'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the page and its assets are served with their types', () => {
  expect(resolveAppPath(root, 'app://recsmith/')?.contentType).toBe('text/html; charset=utf-8');
  expect(resolveAppPath(root, 'app://recsmith/index.html#models')?.file).toMatch(/index\.html$/);
  expect(resolveAppPath(root, 'app://recsmith/assets/page-1a_B.js?v=1')?.contentType).toBe('text/javascript; charset=utf-8');
});

test.each([
  ['a parent folder', 'app://recsmith/../secret.js'],
  ['an escaped parent folder', 'app://recsmith/%2e%2e/secret.js'],
  ['a half-escaped parent folder', 'app://recsmith/assets/.%2e/.%2E/secret.js'],
  ['a twice-escaped parent folder', 'app://recsmith/%252e%252e/secret.js'],
  ['an escaped backslash', 'app://recsmith/..%5csecret.js'],
  ['a backslash', 'app://recsmith/..\\secret.js'],
  ['a NUL', 'app://recsmith/index.html%00.js'],
  ['a raw NUL', 'app://recsmith/index.html\0.js'],
  ['an absolute path', 'app://recsmith//etc/passwd.js'],
  ['a drive', 'app://recsmith/C:/Windows/win.js'],
  ['a link that leaves the folder', 'app://recsmith/assets/link.js'],
  ['a folder', 'app://recsmith/assets'],
  ['a file without a known type', 'app://recsmith/assets/plain'],
  ['what is not there', 'app://recsmith/assets/none.js'],
  ['another host', 'app://elsewhere/index.html'],
  ['another scheme', 'file:///index.html'],
])('%s is not served', (_what, url) => {
  expect(resolveAppPath(root, url)).toBeNull();
});

test('whatever the path, nothing outside the folder is served', () => {
  const piece = fc.oneof(fc.constantFrom('..', '.', '%2e%2e', '%5c', '\\', 'secret.js', 'assets', 'link.js', '', '%00'), fc.string());
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const found = resolveAppPath(root, `app://recsmith/${pieces.join('/')}`);
      expect(found === null || (found.file.includes('renderer') && !found.file.includes('secret'))).toBe(true);
    }),
  );
});

test('only pages of this app are its own', () => {
  expect(isAppUrl('app://recsmith/index.html')).toBe(true);
  expect(['app://recsmith.example/', 'app://other/', 'https://recsmith/', 'data:text/html,x', 'about:srcdoc'].filter(isAppUrl)).toEqual([]);
});

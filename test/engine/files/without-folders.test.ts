import { expect, test } from 'vitest';
import { withoutFolders } from '../../../engine/files/without-folders.ts';

const hide = withoutFolders(['/home/ann/my shop', '/tmp/', '/', '', 'C:\\shop']);

test.each([
  ['/home/ann/my shop/uploads/a1.csv has no column.', 'a1.csv has no column.'],
  ['The bundle /home/ann/my shop/bundles/bundle-1 is refused: x', 'The bundle bundle-1 is refused: x'],
  ['It lies in /home/ann/my shop/bundles/b.', 'It lies in b.'],
  ['/home/ann/my shop is damaged.', 'my shop is damaged.'],
  ['It is /home/ann/my shop.', 'It is my shop.'],
  ['It is "/home/ann/my shop/".', 'It is "my shop".'],
  ["ENOENT: no such file, open '/tmp/x/y.json', stat '/tmp/z'", "ENOENT: no such file, open 'y.json', stat 'z'"],
  ['C:\\shop\\events: full', 'events: full'],
  ['/home/ann/my shopping/list and /tmpfile stay', '/home/ann/my shopping/list and /tmpfile stay'],
  ['Send the API key to /auth/token again.', 'Send the API key to /auth/token again.'],
])('%s', (text, shown) => expect(hide(text)).toBe(shown));

test('no folders hide nothing', () => expect(withoutFolders([])('/tmp/x')).toBe('/tmp/x'));

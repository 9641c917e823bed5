import { expect, test } from 'vitest';
import { emptyLive, placeText, readLive } from '../../../../renderer/views/data/live/live-form.ts';

test('each kind reads its own fields', () => {
  expect(readLive({ ...emptyLive, name: 'in', path: ' /data/in ' })).toEqual({
    setting: { kind: 'folder', path: '/data/in' },
    map: {},
    problems: {},
  });
  expect(
    readLive({ ...emptyLive, kind: 'stream', name: 's', url: 'https://x.invalid/e', cursor: 'seq', map: 'user=who, item=what' }),
  ).toEqual({
    setting: { kind: 'stream', url: 'https://x.invalid/e', cursor: 'seq', cursorParam: 'after' },
    map: { user: 'who', item: 'what' },
    problems: {},
  });
  expect(readLive({ ...emptyLive, kind: 'kafka', name: 'k', brokers: 'a:1, b:2', topic: 't' }).setting).toMatchObject({
    brokers: ['a:1', 'b:2'],
    group: 'recsmith',
  });
});

test('what is missing or wrong is said beside its field', () => {
  expect(Object.keys(readLive(emptyLive).problems).sort()).toEqual(['name', 'path']);
  expect(readLive({ ...emptyLive, kind: 'stream', name: 's', url: 'file:///etc/passwd' }).problems.url).toContain('http');
  expect(readLive({ ...emptyLive, name: 'x', path: '/x', map: 'who' }).problems.map).toContain('user=who');
});

test('a place shows nothing that an address may keep secret', () => {
  expect(placeText({ setting: { kind: 'stream', url: 'https://x.invalid/e?key=1', cursorParam: 'after' } })).toBe('https://x.invalid/e');
});

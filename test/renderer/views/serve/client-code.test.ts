import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { eventCode, firstItem, readPort, recommendCode, recommendPath } from '../../../../renderer/views/serve/client-code.ts';

test('plain ids go into the path, ids that would bend it into the query', () => {
  expect(recommendPath('u-0001', 10)).toBe('/recommend/u-0001?k=10');
  expect(recommendPath('..', 10)).toBe('/recommend?user_id=..&k=10');
  expect(recommendPath('a/b?c', 5)).toBe('/recommend?user_id=a%2Fb%3Fc&k=5');
  expect(recommendPath('ü', 5)).toBe('/recommend?user_id=%C3%BC&k=5');
});

test('the shell gets every id unharmed', () => {
  const code = eventCode('curl', 'http://127.0.0.1:8000', "o'neil $HOME", 'i 1').replace(/^curl/, 'printf "%s\\n"');
  const { stdout } = spawnSync('sh', ['-c', code], { encoding: 'utf8' });
  expect(stdout.trim().split('\n').at(-1)).toBe('{"user_id":"o\'neil $HOME","item_id":"i 1","event_type":"view"}');
});

test('the three languages ask for the same address', () => {
  for (const language of ['curl', 'python', 'javascript'] as const) {
    expect(recommendCode(language, 'http://127.0.0.1:8000', '/recommend/u?k=5')).toContain('http://127.0.0.1:8000/recommend/u?k=5');
    expect(eventCode(language, 'http://127.0.0.1:8000', 'u', 'i')).toContain('/events');
  }
});

test('the example event uses an item of the last answer', () => {
  expect(firstItem('{"items":[{"item_id":"i-2","score":1,"rank":1}]}')).toBe('i-2');
  expect(firstItem('no json')).toBeUndefined();
  expect(firstItem(undefined)).toBeUndefined();
});

test('a port is a whole number up to 65535', () => {
  expect(readPort('8000')).toEqual({ port: 8000 });
  expect(readPort('0')).toEqual({ port: 0 });
  for (const text of ['', '80.5', '70000', 'http']) expect(readPort(text)).toHaveProperty('problem');
});

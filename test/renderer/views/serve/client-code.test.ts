import { expect, test } from 'vitest';
import { readPort, snippetHeaders } from '../../../../renderer/views/serve/client-code.ts';

test('a body is declared, and a key has its place where one is asked for', () => {
  expect(snippetHeaders(undefined, false)).toEqual({});
  expect(snippetHeaders('{}', false)).toEqual({ 'content-type': 'application/json' });
  expect(snippetHeaders(null, true)).toEqual({ authorization: 'Bearer YOUR_API_KEY' });
});

test('a port is a whole number up to 65535', () => {
  expect(readPort('8000')).toEqual({ port: 8000 });
  expect(readPort('0')).toEqual({ port: 0 });
  for (const text of ['', '80.5', '70000', 'http']) expect(readPort(text)).toHaveProperty('problem');
});

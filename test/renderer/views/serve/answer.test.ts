import { expect, test } from 'vitest';
import { readAnswer } from '../../../../renderer/views/serve/try/answer.ts';

test('lists of an answer are tables, with every field that an entry has', () => {
  const body = JSON.stringify({
    request_id: 'q',
    items: [
      { item_id: 'a', score: 0.123456789, rank: 1 },
      { item_id: 'b', score: 1, rank: 2, explanation: { because: [], shared: {}, text: 'Because of c' } },
    ],
  });
  expect(readAnswer({ status: 200, body }).tables).toEqual([
    {
      name: 'items',
      columns: ['item_id', 'score', 'rank', 'explanation'],
      rows: [
        ['a', '0.1235', '1', ''],
        ['b', '1', '2', 'Because of c'],
      ],
    },
  ]);
});

test('lists in a list are counted, and lists of words are no table', () => {
  const body = JSON.stringify({ lists: [{ user_id: 'u', items: [{ item_id: 'a' }] }], unknown: ['x'] });
  const { tables } = readAnswer({ status: 200, body });
  expect(tables).toHaveLength(1);
  expect(tables[0]?.rows).toEqual([['u', '1 entry']]);
});

test('a problem is said in the words of the server', () => {
  const body = JSON.stringify({ type: 'about:blank', title: 'Not found', status: 404, detail: 'There is no item x.', code: 'not_found' });
  expect(readAnswer({ status: 404, body }).problem).toEqual({ headline: 'Not found', detail: 'There is no item x.', code: 'not_found' });
  expect(readAnswer({ status: 502, body: '<html>' }).problem?.headline).toBe('The server answered 502.');
  expect(readAnswer({ status: 200, body: '{}' }).problem).toBeUndefined();
});

test('what is no JSON stays as it is', () => {
  expect(readAnswer({ status: 200, body: '# HELP x\nx 1' })).toEqual({ text: '# HELP x\nx 1', tables: [], problem: undefined });
});

import { expect, test } from 'vitest';
import { ranksOf, sharedText } from '../../../renderer/components/ranks.ts';

const list = (...items: string[]) => items.map((itemId, index) => ({ item: { itemId }, rank: index + 1 }));

test('items of two lists are known by their rank in the other', () => {
  expect(ranksOf(list('a', 'b')).get('b')).toBe(2);
  expect(ranksOf(list('a', 'b')).get('c')).toBeUndefined();
  expect(sharedText(list('a', 'b', 'c'), list('c', 'd', 'a'))).toBe('2 of 3 in both');
  // A model that knows few items has a shorter list.
  expect(sharedText(list('a'), list('b', 'a'))).toBe('1 of 2 in both');
});

import { expect, test } from 'vitest';
import { attributesLine, titleOf } from '../../../renderer/components/attributes.ts';

const attributes = { item_id: 'i-7', title: 'How tides work', category: 'video', tags: ['sea', 'moon'], difficulty: 2, empty: null };

test('an item is called by its title, or by its id where it has none', () => {
  expect(titleOf('i-7', attributes)).toBe('How tides work');
  expect(titleOf('i-7', { movie_title: 'Heat (1995)' })).toBe('Heat (1995)');
  expect(titleOf('i-7', { title: '' })).toBe('i-7');
});

test('the rest stands in one line, without ids and empty values', () => {
  expect(attributesLine('i-7', attributes)).toBe('category video · tags sea, moon · difficulty 2');
  expect(attributesLine('i-7', {})).toBe('');
});

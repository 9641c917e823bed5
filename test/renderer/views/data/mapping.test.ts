import { expect, test } from 'vitest';
import { cellKind, cellText } from '../../../../renderer/views/data/cells.ts';
import { assignRole, mappingProblem, roleOfColumn } from '../../../../renderer/views/data/mapping.ts';

const guessed = { user: 'userId', item: 'movieId', timestamp: 'ts' };

test('a role moves to the column that gets it, and a column has one role', () => {
  expect(assignRole(guessed, {}, 'rating', 'item')).toEqual({ item: 'rating' });
  expect(assignRole(guessed, { session: 'x' }, 'ts', 'value')).toEqual({ session: 'x', timestamp: '', value: 'ts' });
  expect(assignRole(guessed, {}, 'movieId', undefined)).toEqual({ item: '' });
  // A choice that is changed again leaves nothing of the first.
  expect(assignRole({ ...guessed, item: 'rating' }, { item: 'rating' }, 'rating', undefined)).toEqual({ item: '' });
  expect(assignRole({ ...guessed, value: 'rating' }, { value: 'rating' }, 'rating', 'session')).toEqual({ value: '', session: 'rating' });
  expect(roleOfColumn(guessed, 'movieId')).toBe('item');
});

test('what an import still needs is said in words', () => {
  expect(mappingProblem('interactions', guessed)).toBeUndefined();
  expect(mappingProblem('interactions', {})).toBe('No column is the user and the item yet: choose one in the head of the table.');
  expect(mappingProblem('users', { user: 'id' })).toBeUndefined();
  expect(mappingProblem('items', { user: 'id' })).toContain('the item');
});

test('cells are written by what their column holds', () => {
  expect(cellKind({ name: 'user_id', type: 'BIGINT' })).toBe('id');
  expect(cellKind({ name: 'value', type: 'DOUBLE' })).toBe('number');
  expect(cellKind({ name: 'timestamp', type: 'TIMESTAMP' })).toBe('moment');
  expect(cellKind({ name: 'tags', type: 'VARCHAR[]' })).toBe('text');
  expect(cellText(1234567, 'number')).toBe('1,234,567');
  expect(cellText(0.123456, 'number')).toBe('0.1235');
  expect(cellText(2024, 'text')).toBe('2024');
});

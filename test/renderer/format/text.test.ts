import { expect, test } from 'vitest';
import { baseName, formatValue, listOf, prettyBody, splitMessage } from '../../../renderer/format/text.ts';

test('the first sentence of a message is its headline', () => {
  expect(splitMessage('Port 8000 is in use. Choose another port.')).toEqual({
    headline: 'Port 8000 is in use.',
    rest: 'Choose another port.',
  });
  expect(splitMessage('Line 3 of a.csv has no item')).toEqual({ headline: 'Line 3 of a.csv has no item', rest: '' });
});

test('attributes are shown flat', () => {
  expect(formatValue(['history', 'maps'])).toBe('history, maps');
  expect(formatValue([])).toBe('none');
  expect(formatValue(null)).toBe('');
  expect(formatValue({ a: 1 })).toBe('{"a":1}');
});

test('a file is named by the end of its path on every system', () => {
  expect(baseName('/data/ratings.csv')).toBe('ratings.csv');
  expect(baseName('C:\\data\\ml-100k\\')).toBe('ml-100k');
});

test('only JSON is indented', () => {
  expect(prettyBody('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(prettyBody('# HELP x')).toBe('# HELP x');
});

test('names are listed as one says them', () => {
  expect(listOf([])).toBe('');
  expect(listOf(['a'])).toBe('a');
  expect(listOf(['a', 'b'])).toBe('a and b');
  expect(listOf(['a', 'b', 'c'])).toBe('a, b and c');
});

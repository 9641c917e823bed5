import { expect, test } from 'vitest';
import { lastOfEach } from '../../../engine/math/last-of-each.ts';

test('a value that comes again stands where it came last', () => {
  expect(lastOfEach(['a', 'b', 'a', 'c'])).toEqual(['b', 'a', 'c']);
  expect(lastOfEach(Int32Array.of(3, 3, 1))).toEqual([3, 1]);
  expect(lastOfEach([])).toEqual([]);
});

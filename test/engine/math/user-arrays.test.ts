import { expect, test } from 'vitest';
import type { NamedArrays } from '../../../engine/math/arrays.ts';
import { withEmptyUser } from '../../../engine/math/user-arrays.ts';

const of = (shape: number[], data: NamedArrays[string]['data']): NamedArrays[string] => ({ shape, data });
const plain = (arrays: NamedArrays): Record<string, number[]> =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, [...data]]));

test('a row of users becomes empty, everything else stays, and nothing is changed in place', () => {
  const arrays: NamedArrays = {
    'user.embedding': of([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)),
    'item.embedding': of([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)),
    'user.layer.0': of([3, 1], Float32Array.of(7, 8, 9)),
    'user.gram': of([3, 3], Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)),
    'ials/user.weight': of([3], Float32Array.of(1, 2, 3)),
    'features.user.events': of([3], Float64Array.of(4, 5, 6)),
    'features.user.recent': of([3, 2], Int32Array.of(0, 1, 2, 0, 1, 2)),
    'train.indptr': of([4], Int32Array.of(0, 1, 3, 4)),
    'train.indices': of([4], Int32Array.of(5, 6, 7, 8)),
    'history.indptr': of([4], Int32Array.of(0, 2, 2, 3)),
    'history.indices': of([3], Int32Array.of(1, 2, 3)),
    'history.values': of([3], Float32Array.of(0.1, 0.2, 0.3)),
    // Of items, of whom there are as many.
    'similar.indptr': of([4], Int32Array.of(0, 1, 2, 3)),
    'similar.indices': of([3], Int32Array.of(0, 1, 2)),
  };
  const before = plain(arrays);
  const after = withEmptyUser(arrays, 3, 1);
  expect(plain(arrays)).toEqual(before);
  expect(plain(after)).toEqual({
    ...before,
    'user.embedding': [1, 2, 0, 0, 5, 6].map(Math.fround),
    'ials/user.weight': [1, 0, 3],
    'features.user.events': [4, 0, 6],
    'features.user.recent': [0, 1, -1, -1, 1, 2],
    'train.indptr': [0, 1, 1, 2],
    'train.indices': [5, 8],
  });
  expect(after['train.indices']?.shape).toEqual([2]);
  expect(plain(withEmptyUser(arrays, 3, 0))['history.values']).toEqual([Math.fround(0.3)]);
  const neighbours = { ...arrays, 'user.norm': of([3], Float32Array.of(1, 1, 1)) };
  expect(plain(withEmptyUser(neighbours, 3, 2))).toMatchObject({
    'similar.indptr': [0, 1, 2, 2],
    'similar.indices': [0, 1],
    'user.norm': [1, 1, 0],
  });
});

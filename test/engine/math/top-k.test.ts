import fc from 'fast-check';
import { expect, test } from 'vitest';
import { selectTopK, topK } from '../../../engine/math/top-k.ts';

test('the best k come best first', () => {
  expect(topK(Float32Array.of(3, 9, 1, 7, 5), 3)).toEqual({ rows: Int32Array.of(1, 3, 4), scores: Float32Array.of(9, 7, 5) });
});

test('of equal scores the lower row comes first, also at the edge of the list', () => {
  expect(Array.from(topK(Float32Array.of(1, 2, 2, 2, 1), 2).rows)).toEqual([1, 2]);
});

test('what has no score is left out, and the end of a short list is -1', () => {
  const { rows, scores } = topK(Float32Array.of(Number.NEGATIVE_INFINITY, Number.NaN, 4), 3);
  expect(Array.from(rows)).toEqual([2, -1, -1]);
  expect(Array.from(scores)).toEqual([4, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});

test('a row of a block is selected in place', () => {
  const rows = new Int32Array(4).fill(99);
  const best = new Float32Array(4);
  expect(selectTopK(Float32Array.of(9, 9, 1, 3, 2, 9), 2, 3, 2, rows, best, 1)).toBe(2);
  expect(Array.from(rows)).toEqual([99, 1, 2, 99]);
});

test('it agrees with a full sort on any scores', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (scores, k) => {
      const sorted = scores.map((score, row) => ({ score, row })).sort((a, b) => b.score - a.score || a.row - b.row);
      const expected = Array.from({ length: k }, (_, i) => sorted[i]?.row ?? -1);
      expect(Array.from(topK(Float32Array.from(scores), k).rows)).toEqual(expected);
    }),
  );
});

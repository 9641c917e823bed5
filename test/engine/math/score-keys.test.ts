import { expect, test } from 'vitest';
import { mostRows, rowOfKey, scoreKey, scoreOfKey } from '../../../engine/math/score-keys.ts';

const scores = [Number.NEGATIVE_INFINITY, -3.4e38, -1.5, -1e-38, -1e-45, 0, 1e-45, 0.1, 0.5, 1, 3.4e38, Number.POSITIVE_INFINITY].map(
  Math.fround,
);

test('keys come in the order of scores, and of rows from the last to the first', () => {
  const keys = scores.flatMap((score) => [mostRows - 1, 7, 0].map((row) => scoreKey(score, row)));
  expect(keys).toEqual([...keys].sort((a, b) => a - b));
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of keys) expect(Number.isSafeInteger(key)).toBe(true);
});

test('score and row come back, bit for bit', () => {
  for (const score of scores)
    for (const row of [0, 1, 12_345, mostRows - 1]) {
      const key = scoreKey(score, row);
      expect([scoreOfKey(key), rowOfKey(key)]).toEqual([score, row]);
    }
  expect(scoreKey(-0, 3)).toBe(scoreKey(0, 3));
});

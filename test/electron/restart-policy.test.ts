import { expect, test } from 'vitest';
import { restartDelay } from '../../electron/restart-policy.ts';

test('the first crash restarts at once, the next ones wait twice as long each, the fifth within a minute is the last', () => {
  const crashes = [0, 1000, 2000, 4000, 8000];
  expect(crashes.map((_, last) => restartDelay(crashes.slice(0, last + 1)))).toEqual([0, 500, 1000, 2000, null]);
});

test('crashes more than a minute ago are forgotten', () => {
  expect(restartDelay([0, 1000, 2000, 3000, 100_000])).toBe(0);
});

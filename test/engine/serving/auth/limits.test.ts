import { expect, test } from 'vitest';
import { NewApiKey } from '#contract/api/admin-routes';
import { EngineError } from '#contract/errors';
import { createLimits } from '../../../../engine/serving/auth/limits.ts';

test.each([
  [2, 1],
  [0.01, 100],
  // A key that was made when such limits were taken.
  [1e-300, 3600],
])('a key with %d requests a second is told to wait whole seconds, an hour at most', (rate_limit, wait) => {
  const { pace } = createLimits();
  const key = { id: 'k', rate_limit };
  pace(key);
  let refusal: unknown;
  try {
    for (let i = 0; i < 10; i++) pace(key);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(EngineError);
  const { retryAfterSeconds } = (refusal as EngineError).details as { retryAfterSeconds: number };
  expect(Number.isInteger(retryAfterSeconds)).toBe(true);
  expect(retryAfterSeconds).toBeGreaterThanOrEqual(wait / 2);
  expect(retryAfterSeconds).toBeLessThanOrEqual(wait);
});

test('a limit is a hundredth of a request a second at least', () => {
  expect(NewApiKey.safeParse({ name: 'a', role: 'viewer', rate_limit: 0.01 }).success).toBe(true);
  for (const rate_limit of [1e-300, 0.009, 0, -1]) {
    expect(NewApiKey.safeParse({ name: 'a', role: 'viewer', rate_limit }).success).toBe(false);
  }
});

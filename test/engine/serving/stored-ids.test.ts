import { expect, test } from 'vitest';
import { createStoredIds, rememberedIds } from '../../../engine/serving/stored-ids.ts';

test('ids are known with their digest; others are not', () => {
  const ids = createStoredIds();
  for (let i = 0; i < 100_000; i++) ids.set(`event-${i}`, i + 1);
  for (let i = 0; i < 100_000; i++) if (ids.get(`event-${i}`) !== i + 1) throw new Error(`event-${i} is lost.`);
  for (let i = 0; i < 100_000; i++) if (ids.get(`other-${i}`) !== undefined) throw new Error(`other-${i} was never stored.`);
  expect(ids.size).toBe(100_000);
});

test('the oldest are forgotten by generations, and memory stays bounded', () => {
  const ids = createStoredIds(1000);
  for (let i = 0; i < 100_000; i++) {
    ids.set(`${i}`, 1);
    if (i >= 2000 && ids.get(`${i - 1999}`) === undefined) throw new Error(`${i - 1999} is forgotten too early.`);
  }
  expect(ids.get('96000')).toBeUndefined();
  expect(ids.size).toBeLessThanOrEqual(3000);
  expect(ids.bytes).toBe(3 * 16_384 * 16);
});

test('2.7 million ids are remembered whatever came, in at most 101 MB', () => {
  const ids = createStoredIds();
  const idOf = (i: number): string => `00000000-0000-4000-8000-${i}`;
  const count = 5_000_000;
  let most = 0;
  for (let i = 0; i < count; i++) {
    ids.set(idOf(i), 9_007_199_254_740_991);
    if (i % 100_000 === 0) most = Math.max(most, ids.bytes);
  }
  expect(rememberedIds).toBeGreaterThan(2_700_000);
  for (let i = count - rememberedIds; i < count; i++) {
    if (ids.get(idOf(i)) !== 9_007_199_254_740_991) throw new Error(`${idOf(i)} is forgotten.`);
  }
  expect(Math.max(most, ids.bytes)).toBeLessThanOrEqual(101_000_000);
});

test('digests of different texts differ, and are the same wherever a text stands', () => {
  const ids = createStoredIds();
  const seen = new Set<number>();
  for (let i = 0; i < 200_000; i++) seen.add(ids.digestOf(`{"event_id":"e","item_id":"${i}"`));
  expect(seen.size).toBe(200_000);
  expect(ids.digestOf('xxabcyy', 2, 5)).toBe(ids.digestOf('abc'));
  for (const digest of seen) if (!Number.isSafeInteger(digest) || digest < 1) throw new Error(`${digest} is no digest.`);
});

import { expect, test } from 'vitest';
import type { LoggedEvent } from '#contract/api/event-routes';
import { positiveWeight } from '../../../engine/serving/positive-weight.ts';

const event = (event_type: string, value: number | null = null): LoggedEvent => ({
  event_id: 'e',
  user_id: 'u',
  item_id: 'i',
  event_type,
  value,
  timestampMs: 0,
  session_id: null,
  context: null,
});
const rule = { minValue: 4, appliesTo: 'ratings' as const, eventTypes: null, weights: { rating: 1, view: 0.2, hide: 0 } };

test('a rating below the threshold does not count, one at it does', () => {
  expect(positiveWeight(event('rating', 3), rule)).toBe(0);
  expect(positiveWeight(event('rating', 4), rule)).toBe(1);
});

test('values of other events are no ratings, unless the rule says so', () => {
  expect(positiveWeight(event('view', 1), rule)).toBe(0.2);
  expect(positiveWeight(event('view', 1), { ...rule, appliesTo: 'all' })).toBe(0);
  expect(positiveWeight(event('view'), { ...rule, appliesTo: 'all' })).toBe(0.2);
});

test('a type that training did not select, or that weighs nothing, does not count; an unknown one counts 1', () => {
  expect(positiveWeight(event('view'), { ...rule, eventTypes: ['rating'] })).toBe(0);
  expect(positiveWeight(event('hide'), rule)).toBe(0);
  expect(positiveWeight(event('constructor'), rule)).toBe(1);
});

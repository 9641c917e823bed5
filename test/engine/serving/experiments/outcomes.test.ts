import { expect, test } from 'vitest';
import { attributionMs, createOutcomes } from '../../../../engine/serving/experiments/outcomes.ts';

const start = 1_750_000_000_000;
const hour = 3_600_000;

test('users, lists and successes are counted by arm', () => {
  const outcomes = createOutcomes();
  outcomes.expose('a', 'control', start, ['i1', 'i2']);
  outcomes.expose('a', 'control', start + 1000, ['i3']);
  outcomes.expose('b', 'control', start, ['i1']);
  outcomes.expose('c', 'treatment', start, ['i1', 'i2']);
  expect(outcomes.succeed('a', 'i1', start + 5000)).toBe('control');
  expect(outcomes.succeed('a', 'i2', start + 5000)).toBe('control');
  expect(outcomes.succeed('c', 'i2', start + 5000)).toBe('treatment');
  expect(outcomes.counts('control')).toEqual({ users: 2, successfulUsers: 1, lists: 3, successfulLists: 1, successes: 2 });
  expect(outcomes.counts('treatment')).toEqual({ users: 1, successfulUsers: 1, lists: 1, successfulLists: 1, successes: 1 });
});

test('an item counts once for a user, whichever list it stood in', () => {
  const outcomes = createOutcomes();
  outcomes.expose('a', 'treatment', start, ['i1']);
  expect(outcomes.succeed('a', 'i1', start)).toBe('treatment');
  expect(outcomes.succeed('a', 'i1', start)).toBeNull();
  outcomes.expose('a', 'treatment', start + hour, ['i1']);
  expect(outcomes.succeed('a', 'i1', start + hour)).toBeNull();
  expect(outcomes.counts('treatment')).toMatchObject({ successes: 1, successfulLists: 1, lists: 2 });
});

test.each([
  ['an item that was not shown', 'a', 'i9', 0],
  ['a user who was shown nothing', 'z', 'i1', 0],
  ['more than 24 hours later', 'a', 'i1', attributionMs + 1],
  ['before the list', 'a', 'i1', -61_000],
])('%s is no success', (_what, userId, itemId, later) => {
  const outcomes = createOutcomes();
  outcomes.expose('a', 'control', start, ['i1']);
  expect(outcomes.succeed(userId, itemId, start + later)).toBeNull();
});

test.each([0, attributionMs, -60_000])('%d ms after the list is one', (later) => {
  const outcomes = createOutcomes();
  outcomes.expose('a', 'control', start, ['i1']);
  expect(outcomes.succeed('a', 'i1', start + later)).toBe('control');
});

test('memory is bounded: the oldest lists are forgotten, of all users and of one, and by their items', () => {
  const remembered = (outcomes: ReturnType<typeof createOutcomes>, users: string[]) =>
    users.filter((userId) => outcomes.succeed(userId, 'i1', start) !== null);
  const users = Array.from({ length: 25 }, (_, at) => `u${at}`);
  const few = createOutcomes({ lists: 10 });
  for (const userId of users) few.expose(userId, 'control', start, ['i1']);
  expect(remembered(few, users)).toEqual(users.slice(-10));
  const narrow = createOutcomes({ items: 20 });
  for (const userId of users) narrow.expose(userId, 'control', start, ['i1', 'i2', 'i3', 'i4']);
  expect(remembered(narrow, users)).toEqual(users.slice(-5));
  const one = createOutcomes({ listsPerUser: 3 });
  for (let at = 0; at < 10; at++) one.expose('a', 'control', start, [`i${at}`]);
  expect(Array.from({ length: 10 }, (_, at) => one.succeed('a', `i${at}`, start)).filter(Boolean)).toHaveLength(3);
  expect([few, narrow, one].map((each) => each.counts('control').lists)).toEqual([25, 25, 10]);
});

test('lists of more than a day ago make room for others', () => {
  const outcomes = createOutcomes();
  outcomes.expose('a', 'control', start, ['i1']);
  outcomes.expose('b', 'control', start + attributionMs + 120_000, ['i1']);
  // Even by its own time the event is too late: what it belongs to is gone.
  expect(outcomes.succeed('a', 'i1', start)).toBeNull();
  expect(outcomes.succeed('b', 'i1', start + attributionMs + 120_000)).toBe('control');
});

test('users beyond the limit are not counted, the ones before go on', () => {
  const outcomes = createOutcomes({ users: 2 });
  expect(['a', 'b', 'c', 'a'].map((userId) => outcomes.expose(userId, 'control', start, ['i1']))).toEqual([true, true, false, true]);
  expect(outcomes.succeed('c', 'i1', start)).toBeNull();
  expect(outcomes.counts('control')).toMatchObject({ users: 2, lists: 3 });
});

import { expect, test } from 'vitest';
import { formatAge, formatClock, formatDay, formatDuration, formatMoment, formatShortMoment } from '../../../renderer/format/time.ts';

test.each([
  [0.32, '320 ms'],
  [4.21, '4.2 s'],
  [9.97, '10 s'],
  [41.4, '41 s'],
  [59.6, '1 m 00 s'],
  [84, '1 m 24 s'],
  [7500, '2 h 05 m'],
])('%d seconds are written %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test('time left is a clock and never negative', () => {
  expect(formatClock(41)).toBe('0:41');
  expect(formatClock(723)).toBe('12:03');
  expect(formatClock(3723)).toBe('1:02:03');
  expect(formatClock(-3)).toBe('0:00');
});

test('an age is said in words', () => {
  const now = Date.parse('2024-05-03T12:00:00Z');
  expect(formatAge('2024-05-03T11:59:40Z', now)).toBe('just now');
  expect(formatAge('2024-05-03T11:55:00Z', now)).toBe('5 min ago');
  expect(formatAge('2024-05-03T09:00:00Z', now)).toBe('3 h ago');
  expect(formatAge('2024-05-02T11:00:00Z', now)).toBe('yesterday');
  expect(formatAge('2024-04-21T12:00:00Z', now)).toBe('12 days ago');
  expect(formatAge('2023-04-21T12:00:00Z', now)).toBe('2023-04-21');
  expect(formatAge('no date', now)).toBe('');
});

test('a moment is written in the zone that is asked for, midnight as 00', () => {
  expect(formatMoment('2024-05-03T14:07:00Z', 'UTC')).toBe('2024-05-03 14:07');
  expect(formatMoment('2024-05-03T22:00:00Z', 'Europe/Lisbon')).toBe('2024-05-03 23:00');
  expect(formatMoment('2024-05-03T00:00:00Z', 'UTC')).toBe('2024-05-03 00:00');
  expect(formatDay('2024-05-03T14:07:00Z', 'UTC')).toBe('2024-05-03');
  expect(formatMoment('whenever')).toBe('whenever');
});

test('in a narrow place a moment of today is its time, any other has month and day', () => {
  const now = Date.parse('2024-05-03T23:30:00Z');
  expect(formatShortMoment('2024-05-03T14:07:00Z', now, 'UTC')).toBe('14:07');
  expect(formatShortMoment('2024-05-02T14:07:00Z', now, 'UTC')).toBe('05-02 14:07');
  // In Lisbon it is half past midnight of the fourth.
  expect(formatShortMoment('2024-05-03T14:07:00Z', now, 'Europe/Lisbon')).toBe('05-03 15:07');
});

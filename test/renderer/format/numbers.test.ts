import { expect, test } from 'vitest';
import * as numbers from '../../../renderer/format/numbers.ts';

test('counts have thousands separators and their noun in the right number', () => {
  expect(numbers.formatCount(1204331)).toBe('1,204,331');
  expect(numbers.countOf(1, 'run')).toBe('1 run');
  expect(numbers.countOf(2000, 'user')).toBe('2,000 users');
});

test.each([
  [0, '0 %'],
  [0.00003, '< 0.01 %'],
  [0.0063, '0.63 %'],
  [0.01, '1 %'],
  [0.0148, '1.5 %'],
  [0.6349, '63 %'],
  [1, '100 %'],
])('the share %d is written %s', (share, text) => {
  expect(numbers.formatShare(share)).toBe(text);
});

test('a live rate keeps three digits', () => {
  expect(numbers.formatRate(47_312.4, 'examples')).toBe('47,300 examples/s');
  expect(numbers.formatRate(1_234_567, 'rows')).toBe('1,230,000 rows/s');
  expect(numbers.formatRate(412)).toBe('412/s');
  expect(numbers.formatRate(1.44, 'epochs')).toBe('1.4 epochs/s');
  expect(numbers.formatRate(0)).toBe('0/s');
});

test('sizes step by a thousand and never show four digits before the unit', () => {
  expect(numbers.formatSize(999)).toBe('999 B');
  expect(numbers.formatSize(999_999)).toBe('1.0 MB');
  expect(numbers.formatSize(2_100_000_000)).toBe('2.1 GB');
  expect(numbers.formatSize(412_000_000)).toBe('412 MB');
});

test('a metric stands with four decimals and its standard error with three, without the zero', () => {
  expect(numbers.formatInterval(0.12308, 0.0102)).toBe('0.1231 ± .010');
  expect(numbers.formatInterval(0.12308, undefined)).toBe('0.1231');
  expect(numbers.formatStandardError(1.2)).toBe('1.200');
});

test('a difference carries its sign, and no sign where it rounds to nothing', () => {
  expect(numbers.formatDifference(0.032)).toBe('+0.0320');
  expect(numbers.formatDifference(-0.0042)).toBe('−0.0042');
  expect(numbers.formatDifference(-0.00001)).toBe('±0.0000');
});

test('latencies keep the digits that matter', () => {
  expect(numbers.formatMilliseconds(0.423)).toBe('0.42 ms');
  expect(numbers.formatMilliseconds(8.31)).toBe('8.3 ms');
  expect(numbers.formatMilliseconds(1204)).toBe('1,204 ms');
});

test('from ten on a metric loses decimals that nobody reads', () => {
  expect(numbers.formatMetric(4.52549)).toBe('4.5255');
  expect(numbers.formatMetric(42.549)).toBe('42.55');
  expect(numbers.formatMetric(509.13)).toBe('509.1');
  expect(numbers.formatDifference(-147.64)).toBe('−147.6');
});

test('an interval and a p value stand without the zero', () => {
  expect(numbers.formatRange([-0.0012, 0.00704])).toBe('−.0012 to .0070');
  expect(numbers.formatRange([-0.00001, 1.2])).toBe('.0000 to 1.2000');
  expect(numbers.formatP(0.0001)).toBe('< .001');
  expect(numbers.formatP(0.004)).toBe('.004');
  expect(numbers.formatP(0.0499)).toBe('.0499');
  expect(numbers.formatP(0.05)).toBe('.050');
  expect(numbers.formatP(0.312)).toBe('.31');
  expect(numbers.formatP(1)).toBe('1.00');
});

test.each([
  [0.0423, '+4.2 %'],
  [-0.1234, '−12 %'],
  [0.0996, '+10 %'],
  [0.0002, '0 %'],
])('the relative difference %d is written %s', (share, text) => {
  expect(numbers.formatSignedShare(share)).toBe(text);
});

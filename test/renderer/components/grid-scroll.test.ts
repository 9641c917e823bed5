import { describe, expect, test } from 'vitest';
import {
  lastTop,
  rowAfterKey,
  rowHeight,
  scrolledHeight,
  scrollOf,
  topAfterKey,
  topOf,
  topToShow,
} from '../../../renderer/components/grid-scroll.ts';

const view = 280;

describe.each([1, 9, 500, 400_000, 10_000_000, 300_000_000])('%i rows', (total) => {
  const { height } = scrolledHeight(total);
  test('stay below what a page can be high', () => {
    expect(height).toBeLessThanOrEqual(12_000_000);
    expect(height).toBeGreaterThanOrEqual(Math.min(total * rowHeight, 12_000_000));
  });
  test('the ends of the bar are the first and the last row', () => {
    expect(topOf(0, total, view)).toBe(0);
    const last = lastTop(total, view);
    if (last === 0) return;
    expect(topOf(height - view, total, view)).toBeCloseTo(last, 5);
    // The last row stands at the bottom.
    expect(last + view / rowHeight).toBeCloseTo(total, 5);
  });
  test('every row can be gone to and found again', () => {
    for (const share of [0, 0.1, 0.5, 0.9999, 1]) {
      const top = Math.floor(share * lastTop(total, view));
      expect(topOf(scrollOf(top, total, view), total, view)).toBeCloseTo(top, 4);
    }
  });
});

test('keys go by rows and pages, however long the table is', () => {
  const total = 10_000_000;
  expect(topAfterKey('ArrowDown', 5_000_000, total, view)).toBe(5_000_001);
  expect(topAfterKey('PageDown', 5_000_000, total, view)).toBe(5_000_009);
  expect(topAfterKey('PageUp', 4, total, view)).toBe(0);
  expect(topAfterKey('End', 0, total, view)).toBe(total - 10);
  expect(topAfterKey('Home', 77, total, view)).toBe(0);
  expect(topAfterKey('x', 0, total, view)).toBeNull();
});

test('arrow keys choose the next row, and no row beyond the ends', () => {
  expect(rowAfterKey('ArrowDown', -1, 3)).toBe(0);
  expect(rowAfterKey('ArrowDown', 2, 3)).toBe(2);
  expect(rowAfterKey('ArrowUp', 0, 3)).toBe(0);
  expect(rowAfterKey('ArrowDown', 0, 0)).toBeNull();
  expect(rowAfterKey('End', 0, 3)).toBeNull();
});

test('a chosen row comes into sight by the least movement', () => {
  expect(topToShow(5, 0, 10 * rowHeight)).toBe(0);
  expect(topToShow(10, 0, 10 * rowHeight)).toBe(1);
  expect(topToShow(3, 7.5, 10 * rowHeight)).toBe(3);
});

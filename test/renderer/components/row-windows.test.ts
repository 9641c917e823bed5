import { expect, test } from 'vitest';
import { showingText, windowsFor } from '../../../renderer/components/row-windows.ts';

test('the visible rows name the windows of 200 that hold them', () => {
  expect(windowsFor(0, 30, 1_000_000)).toEqual([0]);
  expect(windowsFor(190, 410, 1_000_000)).toEqual([0, 1, 2]);
  expect(windowsFor(999_990, 1_000_020, 1_000_000)).toEqual([4999]);
  expect(windowsFor(0, 30, 0)).toEqual([]);
});

test('the foot says what is shown of how much', () => {
  expect(showingText(0, 23, 1_204_331)).toBe('showing 1–24 of 1,204,331');
  expect(showingText(90, 130, 100)).toBe('showing 91–100 of 100');
  expect(showingText(0, 0, 0)).toBe('no rows');
});

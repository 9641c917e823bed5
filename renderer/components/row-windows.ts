/** Rows come in windows of this many. */
export const windowSize = 200;

/** The windows that the visible rows need, by number, in order. */
export function windowsFor(first: number, last: number, total: number): number[] {
  if (total === 0 || last < first) return [];
  const from = Math.floor(Math.max(0, first) / windowSize);
  const to = Math.floor(Math.min(total - 1, last) / windowSize);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** `showing rows 1–24 of 1,204,331`. */
export function showingText(first: number, last: number, total: number): string {
  if (total === 0) return 'no rows';
  const number = (value: number) => value.toLocaleString('en-US');
  return `showing ${number(first + 1)}–${number(Math.min(total, last + 1))} of ${number(total)}`;
}

/** Pixels of a row. */
export const rowHeight = 28;
/** No element of a page can be higher than some 33 million pixels: what is longer is scrolled to scale. */
const highest = 12_000_000;

/** The height of what is scrolled through, and whether a pixel of it is less than a row's share. */
export function scrolledHeight(total: number): { height: number; scaled: boolean } {
  const height = total * rowHeight;
  return height > highest ? { height: highest, scaled: true } : { height, scaled: false };
}

/** The highest first row: with it the last row stands at the bottom. */
export const lastTop = (total: number, viewHeight: number): number => Math.max(0, total - viewHeight / rowHeight);

/** The row at the upper edge, with the part of it that is above, where the scroll bar is at `scrollTop`. */
export function topOf(scrollTop: number, total: number, viewHeight: number): number {
  const { height, scaled } = scrolledHeight(total);
  if (!scaled) return scrollTop / rowHeight;
  return Math.min(1, Math.max(0, scrollTop / (height - viewHeight))) * lastTop(total, viewHeight);
}

/** Where the scroll bar is when this row is at the upper edge. */
export function scrollOf(top: number, total: number, viewHeight: number): number {
  const { height, scaled } = scrolledHeight(total);
  if (!scaled) return top * rowHeight;
  const last = lastTop(total, viewHeight);
  return last === 0 ? 0 : (top / last) * (height - viewHeight);
}

/** The row at the upper edge after a key; null where the key moves nothing. */
export function topAfterKey(key: string, top: number, total: number, viewHeight: number): number | null {
  const page = Math.max(1, Math.floor(viewHeight / rowHeight) - 1);
  const moves: Record<string, number> = {
    ArrowDown: top + 1,
    ArrowUp: top - 1,
    PageDown: top + page,
    PageUp: top - page,
    Home: 0,
    End: Number.POSITIVE_INFINITY,
  };
  const wanted = moves[key];
  return wanted === undefined ? null : Math.min(lastTop(total, viewHeight), Math.max(0, wanted));
}

/** The row that is chosen after an arrow key; null where the key chooses nothing. */
export function rowAfterKey(key: string, row: number, total: number): number | null {
  if (total === 0 || (key !== 'ArrowDown' && key !== 'ArrowUp')) return null;
  return Math.min(total - 1, Math.max(0, row + (key === 'ArrowDown' ? 1 : -1)));
}

/** The upper edge that shows a row whole, with the least movement. */
export function topToShow(row: number, top: number, viewHeight: number): number {
  const room = Math.floor(viewHeight / rowHeight);
  return row < top ? row : Math.max(top, row - room + 1);
}

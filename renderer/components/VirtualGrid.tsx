// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, which table elements do not allow; the roles say what they are.
// biome-ignore-all lint/a11y/noStaticElementInteractions: the role is one of two, table or grid.
// biome-ignore-all lint/a11y/useAriaPropsSupportedByRole: both roles take a label.
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { lastTop, rowAfterKey, rowHeight, scrolledHeight, scrollOf, topAfterKey, topOf, topToShow } from './grid-scroll.ts';
import { showingText } from './row-windows.ts';

export interface GridColumn {
  name: string;
  /** What its head holds; the name where nothing is given. */
  head?: ReactNode;
  title: string;
  width: number;
  number: boolean;
  /** Of the room that is left, beside the other columns' 1. */
  share?: number;
}

interface VirtualGridProps {
  label: string;
  columns: readonly GridColumn[];
  total: number;
  cell: (row: number, column: number) => ReactNode;
  /** Told which rows are on the screen. */
  need: (first: number, last: number) => void;
  /** What stands under the heads and scrolls with them to the side: filters. */
  under?: ReactNode;
  onCopy?: (() => string | null) | undefined;
  /** Change it to begin at the first row again. */
  resetOn?: string;
  /** Rows can be chosen: by a click, and with the arrow keys. -1 while none is. */
  selected?: number;
  onSelect?: ((row: number) => void) | undefined;
  /** Enter on the chosen row. */
  onOpen?: ((row: number) => void) | undefined;
}

const overscan = 8;

/** A grid over any number of rows: only those on the screen are drawn. Beyond what a page can be high, the bar scrolls to scale; wheel and keys go row by row. */
export function VirtualGrid({
  label,
  columns,
  total,
  cell,
  need,
  under,
  onCopy,
  resetOn = '',
  selected = -1,
  onSelect,
  onOpen,
}: VirtualGridProps) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const headBox = useRef<HTMLDivElement>(null);
  const [viewHeight, setViewHeight] = useState(280);
  const [place, setPlace] = useState({ scroll: 0, top: 0 });
  const placed = useRef(place);
  const expected = useRef<number | null>(null);
  const { height, scaled } = scrolledHeight(total);

  const move = useCallback((next: { scroll: number; top: number }) => {
    placed.current = next;
    setPlace(next);
  }, []);
  const goTo = useCallback(
    (top: number) => {
      const element = box.current;
      if (!element) return;
      const wanted = scrollOf(top, total, viewHeight);
      element.scrollTop = wanted;
      expected.current = element.scrollTop;
      move({ scroll: element.scrollTop, top });
    },
    [total, viewHeight, move],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `resetOn` only says when.
  useEffect(() => goTo(0), [resetOn]);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setViewHeight(Math.max(rowHeight, element.clientHeight - (headBox.current?.offsetHeight ?? 0)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = box.current;
    if (!element || !scaled) return;
    // A pixel of the bar is many rows: the wheel moves by rows, and the bar follows.
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      const rows = event.deltaMode === 1 ? event.deltaY : event.deltaY / rowHeight;
      goTo(Math.min(lastTop(total, viewHeight), Math.max(0, placed.current.top + rows)));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [scaled, total, viewHeight, goTo]);

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const scroll = element.scrollTop;
    if (expected.current !== null && Math.abs(expected.current - scroll) < 1) {
      expected.current = null;
      return;
    }
    expected.current = null;
    move({ scroll, top: topOf(scroll, total, viewHeight) });
  };
  /** The grid keeps the focus: a row may go out of sight and be drawn no more. */
  const choose = (row: number) => {
    box.current?.focus({ preventScroll: true });
    onSelect?.(row);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'c' && onCopy) {
      const text = onCopy();
      if (text !== null) event.preventDefault();
      return;
    }
    if (event.target instanceof HTMLInputElement) return;
    const chosen = onSelect ? rowAfterKey(event.key, selected, total) : null;
    if (chosen !== null && onSelect) {
      event.preventDefault();
      onSelect(chosen);
      goTo(topToShow(chosen, placed.current.top, viewHeight));
      return;
    }
    if (event.key === 'Enter' && selected >= 0 && onOpen) {
      event.preventDefault();
      onOpen(selected);
      return;
    }
    const top = topAfterKey(event.key, placed.current.top, total, viewHeight);
    if (top === null) return;
    event.preventDefault();
    goTo(top);
  };

  const first = Math.max(0, Math.floor(place.top) - overscan);
  const last = Math.min(total - 1, Math.ceil(place.top + viewHeight / rowHeight) + overscan);
  useEffect(() => need(first, last), [need, first, last]);
  const template = columns.map(({ width, share = 1 }) => `minmax(${width}px, ${share}fr)`).join(' ');
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const shown = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
  const bottom = Math.ceil(place.top + viewHeight / rowHeight) - 1;
  return (
    <>
      <div
        ref={box}
        className="grid-box"
        role={onSelect ? 'grid' : 'table'}
        aria-label={label}
        aria-rowcount={total + 1}
        aria-activedescendant={selected >= first && selected <= last ? `${id}-${selected}` : undefined}
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <div ref={headBox} className="grid-top" style={{ minWidth: width }}>
          <div className="grid-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }} tabIndex={-1}>
            {columns.map((column) => (
              <span key={column.name} role="columnheader" className={column.number ? 'number' : ''} title={column.title} tabIndex={-1}>
                {column.head ?? column.name}
              </span>
            ))}
          </div>
          {under && (
            <div className="grid-under" style={{ gridTemplateColumns: template }}>
              {under}
            </div>
          )}
        </div>
        <div className="grid-rows" role="rowgroup" style={{ height, minWidth: width }}>
          {shown.map((row) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the grid's own.
            <div
              key={row}
              id={`${id}-${row}`}
              role="row"
              aria-rowindex={row + 2}
              aria-selected={onSelect ? row === selected : undefined}
              className={row === selected ? 'grid-row selected' : 'grid-row'}
              onClick={onSelect ? () => choose(row) : undefined}
              style={{ gridTemplateColumns: template, transform: `translateY(${place.scroll + (row - place.top) * rowHeight}px)` }}
              tabIndex={-1}
            >
              {columns.map((column, at) => (
                <span key={column.name} role={onSelect ? 'gridcell' : 'cell'} className={column.number ? 'number' : ''}>
                  {cell(row, at)}
                </span>
              ))}
            </div>
          ))}
        </div>
      </div>
      <p className="grid-foot" aria-live="off">
        {showingText(Math.floor(place.top), Math.max(Math.floor(place.top), bottom), total)}
      </p>
    </>
  );
}

import type { SqlView } from '#contract/sql';
import type { Cell } from '../../components/use-windows.ts';

/** A block of cells, from where the mouse was set down to where it was last. */
export interface Range {
  fromRow: number;
  fromColumn: number;
  toRow: number;
  toColumn: number;
}

const between = (value: number, a: number, b: number): boolean => value >= Math.min(a, b) && value <= Math.max(a, b);

export const rangeHolds = ({ fromRow, fromColumn, toRow, toColumn }: Range, row: number, column: number): boolean =>
  between(row, fromRow, toRow) && between(column, fromColumn, toColumn);

export const rangeTo = (range: Range, toRow: number, toColumn: number): Range => ({ ...range, toRow, toColumn });

/** A cell as tab-separated text holds it: what would break the table is quoted, as spreadsheets do. */
function tsvCell(value: Cell | undefined): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The cells of a block, as far as they are there. */
export function asTsv(range: Range, row: (index: number) => Cell[] | undefined): string {
  const [top, bottom] = [Math.min(range.fromRow, range.toRow), Math.max(range.fromRow, range.toRow)];
  const [left, right] = [Math.min(range.fromColumn, range.toColumn), Math.max(range.fromColumn, range.toColumn)];
  const lines: string[] = [];
  for (let at = top; at <= bottom; at++) {
    const cells = row(at);
    if (cells)
      lines.push(
        cells
          .slice(left, right + 1)
          .map(tsvCell)
          .join('\t'),
      );
  }
  return lines.join('\n');
}

/** A click sorts up, another down, a third not at all. */
export function nextSort(sort: SqlView['sort'], column: string): SqlView['sort'] {
  if (sort?.column !== column) return { column, descending: false };
  return sort.descending ? undefined : { column, descending: true };
}

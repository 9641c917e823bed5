import type { Cell } from '../../components/use-windows.ts';
import { formatMoment } from '../../format/time.ts';

export type { Cell };
export type CellKind = 'number' | 'moment' | 'id' | 'text';

/** How a column is written, from its name and the database's type. */
export function cellKind(column: { name: string; type: string }): CellKind {
  if (/(^|_)id$/i.test(column.name)) return 'id';
  if (/INT|DOUBLE|FLOAT|REAL|DECIMAL|NUMERIC|number/i.test(column.type)) return 'number';
  if (/TIMESTAMP|DATE/i.test(column.type)) return 'moment';
  return 'text';
}

/** Pixels for a column: enough for what it usually holds. */
export function columnWidth(column: { name: string; type: string }): number {
  const byKind = { number: 104, moment: 148, id: 168, text: 200 }[cellKind(column)];
  return Math.max(byKind, column.name.length * 8 + 24);
}

export function cellText(value: Cell, kind: CellKind): string {
  if (value === null) return '';
  if (kind === 'moment') return formatMoment(String(value));
  if (typeof value === 'number' && kind === 'number') {
    return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toLocaleString('en-US', { maximumFractionDigits: 4 });
  }
  return String(value);
}

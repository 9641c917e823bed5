import type { z } from 'zod';
import type { Cell } from '#contract/data';

export type CellValue = z.infer<typeof Cell>;

/** A value of DuckDB as a cell of a table: times in ISO 8601, lists parted by bars. */
export function toCell(value: unknown): CellValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((member) => String(member)).join('|');
  return String(value);
}

/** A value of DuckDB as an attribute: lists stay lists, times are ISO 8601. */
export function toAttribute(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toAttribute);
  return value instanceof Date ? value.toISOString() : typeof value === 'bigint' ? Number(value) : value;
}

import type { Session } from '../session.ts';

/** What a check found. */
export interface Finding {
  count: number;
  example: string | null;
  /** What one click would do; absent where people have to decide. */
  fix?: Fix;
}

/** How rows are mended: taken out, or given other values. */
export interface RowFix {
  kind: 'rows';
  label: string;
  /** SQL of the row ids that are touched. */
  places: string;
  /** Columns that get another value, as SQL over the row; absent where rows are taken out. */
  change?: Partial<Record<'user_id' | 'item_id' | 'timestamp', string>>;
  /** What has to be there for `places` and `change`: temporary tables. */
  prepare?: string[];
}

/** An attribute that is taken away. */
export interface AttributeFix {
  kind: 'attribute';
  label: string;
  entity: 'users' | 'items';
  name: string;
}

export type Fix = RowFix | AttributeFix;

export interface Check {
  id: string;
  title: string;
  why: string;
  unit: string;
  /** Of itself a mistake, or only worth knowing. */
  grave: boolean;
  /** What people can do, beside the fix or in its place. */
  advice: string;
  /** The statement that finds them, for people to run. */
  sql: string;
  find(session: Session): Promise<Finding>;
}

/** A check whose statement gives a number and an example in words. */
export async function counted(session: Session, sql: string): Promise<{ count: number; example: string | null }> {
  const row = await session.row<{ count: number | bigint | null; example: string | null }>(sql);
  return { count: Number(row.count ?? 0), example: row.example };
}

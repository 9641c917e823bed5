import type { ColumnProfile, Entity } from '#contract/data';
import { toCell } from './cells.ts';
import type { Session } from './session.ts';
import { quoteName } from './sql.ts';

/** What a column holds: missing and different values, the ends, and the most frequent ones where values repeat. */
export async function profileColumn(session: Session, table: Entity, name: string, type: string): Promise<ColumnProfile> {
  const column = quoteName(name);
  // Lists are counted by their members.
  const values = type === 'list' ? `(SELECT unnest(${column}) AS v FROM ${table})` : `(SELECT ${column} AS v FROM ${table})`;
  const facts = await session.row<{ rows: number; present: number }>(
    `SELECT CAST(count(*) AS DOUBLE) AS "rows", CAST(count(${column}) AS DOUBLE) AS present FROM ${table}`,
  );
  const ends = await session.row<{ different: number; low: unknown; high: unknown }>(
    `SELECT CAST(count(DISTINCT v) AS DOUBLE) AS different, min(v) AS low, max(v) AS high FROM ${values}`,
  );
  const top =
    type === 'category' || type === 'list' || type === 'id'
      ? await session.rows<{ value: string; count: number }>(
          `SELECT CAST(v AS VARCHAR) AS "value", CAST(count(*) AS DOUBLE) AS "count" FROM ${values} WHERE v IS NOT NULL GROUP BY v ORDER BY 2 DESC, 1 LIMIT 10`,
        )
      : [];
  const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(toCell(value)));
  return {
    table,
    column: name,
    type,
    rows: facts.rows,
    missing: facts.rows - facts.present,
    distinct: ends.different,
    min: text(ends.low),
    max: text(ends.high),
    top,
  };
}

/**
 * Gini coefficient of interactions over all known items, those without any included: with counts c_1 <= … <= c_n,
 * G = 2 · Σ i·c_i / (n · Σ c_i) − (n + 1) / n.
 */
export async function giniOfItems(session: Session): Promise<number> {
  return session.number(
    `SELECT CASE WHEN sum(c) > 0 THEN 2 * sum(i * c) / (count(*) * sum(c)) - (count(*) + 1) / count(*) ELSE 0 END
     FROM (SELECT c, CAST(row_number() OVER (ORDER BY c) AS DOUBLE) AS i
       FROM (SELECT CAST(count(x) AS DOUBLE) AS c FROM (SELECT item_id, 1 AS x FROM interactions UNION ALL SELECT item_id, NULL FROM items) GROUP BY item_id))`,
  );
}

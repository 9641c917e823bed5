import { numbersSql, shortestVector, valueSql } from './attribute-kind.ts';
import type { Session } from './session.ts';
import type { SourceColumn } from './source.ts';
import { quoteText } from './sql.ts';

/** What of a column's cells must be a vector of one length for the others to be broken vectors, and not the column a list. */
const leastShare = 0.9;

/**
 * Says of rows of `staged` whose embedding has another length than nearly all others, or holds something else than numbers, that this is their problem. Left alone
 * they would make the column a list of labels.
 */
export async function rejectBrokenVectors(session: Session, column: SourceColumn): Promise<void> {
  const separator = column.declared === 'vector' ? ' ' : '';
  if (column.declared !== undefined && column.declared !== 'vector') return;
  const [value, numbers] = [valueSql(column.name), numbersSql(valueSql(column.name), separator)];
  const { present, usual, alike, fractions } = await session.row<Record<'present' | 'usual' | 'alike' | 'fractions', number>>(
    `WITH cells AS (SELECT ${numbers} AS n FROM staged WHERE problem IS NULL AND ${value} IS NOT NULL),
       lengths AS (SELECT mode(len(n)) AS usual FROM cells)
     SELECT CAST(count(*) AS DOUBLE) AS present, CAST(coalesce(any_value(usual), 0) AS DOUBLE) AS usual, CAST(count(*) FILTER (len(n) = usual) AS DOUBLE) AS alike,
       CAST(count(*) FILTER (len(list_filter(n, x -> x <> floor(x))) > 0) AS DOUBLE) AS fractions FROM cells, lengths`,
  );
  if (alike === present || usual < shortestVector || fractions === 0 || alike < leastShare * present) return;
  const found = `CASE WHEN ${numbers} IS NULL THEN 'something that is no list of numbers' ELSE 'one of ' || len(${numbers}) END`;
  await session.run(
    `UPDATE staged SET problem = ${quoteText(`${column.name}: a vector of ${usual} numbers is expected here, as in the other rows; this is `)} || ${found}
     WHERE problem IS NULL AND ${value} IS NOT NULL AND len(${numbers}) IS DISTINCT FROM ${usual}`,
  );
}

import { rm } from 'node:fs/promises';
import { withMemoryDatabase } from './memory-database.ts';
import { openSource } from './open-source.ts';
import { relationOf } from './relation.ts';
import { quoteName } from './sql.ts';
import { temporaryFile } from './temporary-file.ts';

/** The user–item pairs of a file, column by column, in the order of the file. */
export interface Pairs {
  users: string[];
  items: string[];
  /** 1 is the best; null where the file has no rank. */
  ranks: Float64Array | null;
  /** Ratings or scores; null where the file has none. NaN where a row has none. */
  values: Float64Array | null;
  /** Rows that were left out because their value is below the least one. */
  below: number;
}

/**
 * Reads any table with a user and an item column, for a given test file and for lists to be scored. Nothing is stored.
 *
 * @param minValue rows whose value is below are left out; null or not given: all count.
 * @throws `unreadable_file`, or `bad_data` where the ids are missing.
 */
export async function readPairs(file: string, minValue?: number | null): Promise<Pairs> {
  const found = await openSource(file, { as: 'interactions' });
  const source = found.prepare ? { ...found, readPath: temporaryFile('pairs') } : found;
  try {
    await found.prepare?.(source.readPath);
    return await withMemoryDatabase(async (session) => {
      const { user, item, value } = source.mapping;
      const rank = source.columns.find((column) => column.name.toLowerCase() === 'rank')?.name;
      const number = (name: string | undefined): string => (name === undefined ? 'NULL::DOUBLE' : `TRY_CAST(${quoteName(name)} AS DOUBLE)`);
      const text = (name: string | undefined): string => `CAST(${quoteName(name ?? '')} AS VARCHAR)`;
      const users: string[] = [];
      const items: string[] = [];
      const ranks: number[] = [];
      const values: number[] = [];
      const least = minValue ?? Number.NEGATIVE_INFINITY;
      let below = 0;
      await session.chunks(
        `SELECT u, i, r, v FROM (SELECT ${text(user)} AS u, ${text(item)} AS i, ${number(rank)} AS r, ${number(value)} AS v FROM ${relationOf(source)})
       WHERE u <> '' AND i <> ''`,
        undefined,
        (chunk) => {
          const [u, i, r, v] = [0, 1, 2, 3].map((column) => chunk.getColumnValues(column));
          for (let row = 0; row < chunk.rowCount; row++) {
            const own = (v?.[row] as number | null) ?? Number.NaN;
            if (own < least) {
              below += 1;
              continue;
            }
            users.push(u?.[row] as string);
            items.push(i?.[row] as string);
            ranks.push((r?.[row] as number | null) ?? Number.NaN);
            values.push(own);
          }
        },
      );
      return {
        users,
        items,
        ranks: rank === undefined ? null : Float64Array.from(ranks),
        values: value === undefined ? null : Float64Array.from(values),
        below,
      };
    });
  } finally {
    if (source.readPath !== file) await rm(source.readPath, { force: true });
  }
}

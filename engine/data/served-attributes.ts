import type { AttributeColumns } from '../math/arrays.ts';
import { readNumbers, readTexts } from './column-buffers.ts';
import type { Database } from './database.ts';
import { storedKinds } from './import-entities.ts';
import { readListCodes } from './list-codes.ts';
import type { Session } from './session.ts';
import { quoteName } from './sql.ts';
import { makeRowTables } from './training-data.ts';

/** A vocabulary beyond this is no attribute that lists are chosen by, and would make the bundle large: the rarer values are left out. */
const largestVocabulary = 100_000;

/** What serving looks at besides vectors, by the rows of `userIds` and `itemIds`. */
export interface ServedTables {
  userIds: string[];
  itemIds: string[];
  users: AttributeColumns;
  items: AttributeColumns;
  /** Every pair of a user and an item once, with the types of its events. */
  pairs: { users: Int32Array; items: Int32Array; types: Int32Array };
  /** Bit n of `types` stands for the n-th; the last one stands for all the rest where there are more. */
  typeNames: string[];
}

/** As many bits as a 32-bit float keeps, so that they pass through any array. */
const mostTypes = 24;

async function readVocabulary(session: Session, values: string): Promise<string[]> {
  await session.run(`CREATE OR REPLACE TEMP TABLE vocabulary AS SELECT v, CAST(row_number() OVER (ORDER BY n DESC, v) - 1 AS INTEGER) AS code
    FROM (SELECT v, count(*) AS n FROM (${values}) WHERE v IS NOT NULL GROUP BY v) QUALIFY row_number() OVER (ORDER BY n DESC, v) <= ${largestVocabulary}`);
  return readTexts(session, 'SELECT v FROM vocabulary ORDER BY code');
}

/** Categories, lists, numbers and times; texts and vectors are nothing to choose by. */
async function readColumns(session: Session, entity: 'users' | 'items', rows: number): Promise<AttributeColumns> {
  const one = entity.slice(0, -1);
  const from = `${one}_rows r LEFT JOIN ${entity} e ON e.${one}_id = r.id`;
  const columns: AttributeColumns = { rows, categories: [], lists: [], numbers: [] };
  for (const [name, kind] of await storedKinds(session, entity)) {
    const column = `e.${quoteName(name)}`;
    if (kind === 'number' || kind === 'timestamp') {
      const value = kind === 'number' ? `CAST(${column} AS DOUBLE)` : `epoch_us(${column}) / 1e3`;
      const [values] = await readNumbers(session, `SELECT ${value} FROM ${from} ORDER BY r.place`, [new Float64Array(rows)]);
      if (values.some((number) => !Number.isNaN(number))) columns.numbers.push({ name, values });
    } else if (kind === 'category') {
      const vocabulary = await readVocabulary(session, `SELECT ${column} AS v FROM ${from}`);
      if (vocabulary.length === 0) continue;
      const [codes] = await readNumbers(session, `SELECT w.code FROM ${from} LEFT JOIN vocabulary w ON w.v = ${column} ORDER BY r.place`, [
        new Int32Array(rows),
      ]);
      columns.categories.push({ name, vocabulary, codes });
    } else if (kind === 'list') {
      const members = `SELECT r.place, unnest(list_distinct(${column})) AS v FROM ${from}`;
      const vocabulary = await readVocabulary(session, members);
      if (vocabulary.length === 0) continue;
      columns.lists.push({ name, vocabulary, ...(await readListCodes(session, members, rows)) });
    }
  }
  return columns;
}

async function readPairs(session: Session): Promise<Pick<ServedTables, 'pairs' | 'typeNames'>> {
  const typeNames = await readTexts(session, 'SELECT event_type FROM interactions GROUP BY 1 ORDER BY count(*) DESC, 1');
  await session.run(`CREATE OR REPLACE TEMP TABLE type_bits AS SELECT event_type, least(row_number() OVER (ORDER BY count(*) DESC, event_type) - 1, ${mostTypes - 1}) AS bit
    FROM interactions GROUP BY 1`);
  const pairs = `SELECT user_id, item_id, bit_or(1 << bit) AS types FROM interactions JOIN type_bits USING (event_type) GROUP BY ALL`;
  const count = await session.number(`SELECT count(*) FROM (${pairs})`);
  const [users, items, types] = await readNumbers(
    session,
    `SELECT u.place, i.place, CAST(p.types AS INTEGER) FROM (${pairs}) p JOIN user_rows u ON u.id = p.user_id JOIN item_rows i ON i.id = p.item_id
     ORDER BY u.place, i.place`,
    [new Int32Array(count), new Int32Array(count), new Int32Array(count)],
  );
  return { pairs: { users, items, types }, typeNames: typeNames.slice(0, mostTypes) };
}

/** Reads what a bundle takes along besides its vectors. */
export function readServedTables(db: Database): Promise<ServedTables> {
  return db.read(async (session) => {
    await makeRowTables(session);
    const userIds = await readTexts(session, 'SELECT id FROM user_rows ORDER BY place');
    const itemIds = await readTexts(session, 'SELECT id FROM item_rows ORDER BY place');
    const users = await readColumns(session, 'users', userIds.length);
    const items = await readColumns(session, 'items', itemIds.length);
    return { userIds, itemIds, users, items, ...(await readPairs(session)) };
  });
}

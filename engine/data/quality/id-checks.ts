import { type Check, counted, type Finding } from './check.ts';

/** What ids are when blanks, case, the forms of Unicode and signs that cannot be seen do not count. */
export const folded = (column: string): string =>
  `lower(nfc_normalize(trim(regexp_replace(${column}, '[\\x{200B}-\\x{200F}\\x{2060}\\x{FEFF}]', '', 'g'))))`;

/** Ids that are spelled in several ways, with the way that most rows have. */
const spellings = (
  column: 'user_id' | 'item_id',
): string => `WITH ids AS (SELECT ${column} AS id, count(*) AS n FROM interactions GROUP BY 1),
  groups AS (SELECT id, n, ${folded('id')} AS plain FROM ids),
  several AS (SELECT plain, arg_max(id, n) AS kept FROM groups GROUP BY plain HAVING count(*) > 1)
SELECT id, kept FROM groups JOIN several USING (plain) WHERE id <> kept`;

function idCheck(column: 'user_id' | 'item_id', one: string): Check {
  const sql = spellings(column);
  return {
    id: `${one}-ids`,
    title: `${one === 'user' ? 'Users' : 'Items'} with several spellings`,
    why: `“Anna”, “anna ” and “Anna” in another form of Unicode are one ${one} whose history is torn apart.`,
    unit: 'ids',
    grave: true,
    advice: `They differ by blanks, case, Unicode’s forms or signs that cannot be seen, and become the spelling that most rows have. Where ids are random letters, case tells them apart: then leave this.`,
    sql,
    async find(session): Promise<Finding> {
      const found = await counted(
        session,
        `SELECT count(*) AS count, any_value('“' || id || '” and “' || kept || '”') AS example FROM (${sql})`,
      );
      if (found.count === 0) return found;
      return {
        ...found,
        fix: {
          kind: 'rows',
          label: 'Give all the most frequent spelling',
          prepare: [`CREATE OR REPLACE TEMP TABLE spellings AS ${sql}`],
          places: `SELECT rowid FROM interactions WHERE ${column} IN (SELECT id FROM spellings)`,
          change: { [column]: `(SELECT kept FROM spellings WHERE id = ${column})` },
        },
      };
    },
  };
}

export const userIds = idCheck('user_id', 'user');
export const itemIds = idCheck('item_id', 'item');

const bare = 'SELECT item_id, count(*) AS interactions FROM interactions WHERE item_id NOT IN (SELECT item_id FROM items) GROUP BY item_id';

export const withoutAttributes: Check = {
  id: 'without-attributes',
  title: 'Items that nothing is known of',
  why: 'Models that learn from attributes have nothing to go by for them, and a list shows an id in place of a title.',
  unit: 'items',
  grave: false,
  advice: 'Import a table of items that has them.',
  sql: bare,
  async find(session) {
    if ((await session.number('SELECT count(*) FROM items')) === 0) return { count: 0, example: null };
    return counted(
      session,
      `SELECT count(*) AS count, arg_max(item_id || ', ' || interactions || ' interactions', interactions) AS example FROM (${bare})`,
    );
  },
};

const untouched = 'SELECT item_id FROM items WHERE item_id NOT IN (SELECT item_id FROM interactions)';

export const neverTouched: Check = {
  id: 'never-touched',
  title: 'Items that nobody touched',
  why: 'They are in the catalogue and in every ranking; only attributes can bring them up.',
  unit: 'items',
  grave: false,
  advice: 'Fine for a catalogue that is new or long; else the ids of the two tables may not fit.',
  sql: untouched,
  find: (session) => counted(session, `SELECT count(*) AS count, any_value(item_id) AS example FROM (${untouched})`),
};

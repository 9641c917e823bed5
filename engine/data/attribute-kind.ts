import type { Session } from './session.ts';
import type { AttributeKind, SourceColumn } from './source.ts';
import { quoteName, quoteText } from './sql.ts';

export interface Attribute {
  name: string;
  kind: AttributeKind;
  /** What parts the members of a list or vector; empty for JSON lists. */
  separator: string;
}

/** Cells that hold nothing: empty ones, and the mark of database dumps. */
const emptyCells = "('', '\\N')";
/** Words that say among numbers and dates that nothing is known. Among other words they are words: "none" is a category like any other. */
const unknownWords = "('nan', 'null', 'none', 'na', 'n/a')";

/** The cell as text; NULL where it holds nothing. */
export const valueSql = (name: string): string => `CASE WHEN ${quoteName(name)} NOT IN ${emptyCells} THEN ${quoteName(name)} END`;

const listNames = /^(genres?|tags?|categories|keywords|topics?|labels|class(es)?|interests|authors|actors)$/i;
const textNames = /^(title|name|.*_title|.*_name|description|summary|abstract|text|body|url|.*_url|link|overview|plot)$/i;

/**
 * Decides what an attribute is from all of its values in `staged`, which holds them as text. What the file declares holds.
 * @param known what the workspace has it as
 */
export async function attributeOf(session: Session, column: SourceColumn, known?: AttributeKind): Promise<Attribute> {
  const facts = await session.row<Record<string, number | null>>(
    `SELECT CAST(count(v) AS DOUBLE) AS present, CAST(count(DISTINCT v) AS DOUBLE) AS different,
       CAST(count(*) FILTER (lower(v) IN ${unknownWords}) AS DOUBLE) AS unknown,
       CAST(count(TRY_CAST(v AS DOUBLE)) FILTER (isfinite(TRY_CAST(v AS DOUBLE))) AS DOUBLE) AS numbers,
       CAST(count(TRY_CAST(v AS TIMESTAMP)) FILTER (v LIKE '%-%-%') AS DOUBLE) AS times, avg(length(v)) AS width,
       CAST(count(*) FILTER (v LIKE '[%]') AS DOUBLE) AS brackets, CAST(count(*) FILTER (v LIKE '%|%') AS DOUBLE) AS bars,
       CAST(count(*) FILTER (v LIKE '%;%') AS DOUBLE) AS semicolons, CAST(count(*) FILTER (v LIKE '%,%') AS DOUBLE) AS commas,
       CAST(count(*) FILTER (v LIKE '% %') AS DOUBLE) AS blanks
     FROM (SELECT ${valueSql(column.name)} AS v FROM staged WHERE problem IS NULL)`,
  );
  const { present, different, unknown, numbers, times, width, brackets, bars, semicolons, commas, blanks } = facts as Record<
    string,
    number
  >;
  const made = (kind: AttributeKind, separator = ''): Attribute => ({ name: column.name, kind, separator });
  const share = (count: number | undefined): number => ((count ?? 0) as number) / Math.max(1, present ?? 0);
  const all = (count: number | undefined): boolean => (count ?? 0) > 0 && count === (present ?? 0) - (unknown ?? 0);
  const list = (): Attribute => {
    if (share(brackets) > 0.5) return made('list');
    if (share(bars) > 0) return made('list', '|');
    if (share(semicolons) > 0) return made('list', ';');
    if (share(commas) > 0) return made('list', ',');
    return made('list', ' ');
  };
  const isVector = async (separator: string): Promise<boolean> =>
    session.row<{ vectors: boolean }>(vectorsSql(column.name, separator, known === 'vector')).then(({ vectors }) => vectors);
  const silent = present === 0 || ((known === 'number' || known === 'timestamp') && present === unknown);
  if (known !== undefined && silent) return made(known);
  if (column.declared === 'vector') return present !== 0 && (await isVector(' ')) ? made('vector', ' ') : made('list', ' ');
  if (column.declared === 'list')
    return share(brackets) > 0.5 || share(bars) > 0 ? list() : listOrText(session, column.name, (different ?? 0) > 0.9 * (present ?? 0));
  if (column.declared !== undefined) return made(column.declared);
  if (present === 0) return made('category');
  if (all(numbers)) return made('number');
  if (all(times)) return made('timestamp');
  if (share(brackets) > 0.9) return made((await isVector('')) ? 'vector' : 'list');
  if (listNames.test(column.name) && share(bars) + share(semicolons) + share(commas) + share(blanks) > 0) return list();
  if (textNames.test(column.name) || (width ?? 0) > 40) return made('text');
  if (share(bars) > 0.3) return made('list', '|');
  if ((present ?? 0) >= 20 && (different ?? 0) > 0.9 * (present ?? 0) && share(blanks) > 0.5) return made('text');
  return made('category');
}

/** An embedding has this many numbers at least, as many in each row, and not all of them are whole, or it is known as one: a list of ids is none. */
export const shortestVector = 4;

/** The numbers of a cell; NULL where it holds something else, or something else among them. */
export function numbersSql(value: string, separator: string): string {
  const list = separator === '' ? value : `'[' || regexp_replace(trim(${value}), '\\s+', ',', 'g') || ']'`;
  const numbers = `TRY_CAST(${list} AS FLOAT[])`;
  return `CASE WHEN len(${numbers}) = len(list_filter(${numbers}, x -> x IS NOT NULL)) THEN ${numbers} END`;
}

const vectorsSql = (name: string, separator: string, known: boolean): string =>
  `SELECT coalesce(count(n) = count(*) AND min(len(n)) = max(len(n)) AND min(len(n)) >= ${shortestVector}
     AND (${known} OR bool_or(len(list_filter(n, x -> x <> floor(x))) > 0)), false) AS vectors
   FROM (SELECT ${numbersSql('v', separator)} AS n FROM (SELECT ${valueSql(name)} AS v FROM staged WHERE problem IS NULL) WHERE v IS NOT NULL)`;

/** Words by blanks: a title where nearly every row has words of its own, else a list. */
async function listOrText(session: Session, name: string, nearlyUnique: boolean): Promise<Attribute> {
  if (nearlyUnique) {
    const { all, different } = await session.row<{ all: number; different: number }>(
      `SELECT CAST(count(word) AS DOUBLE) AS "all", CAST(count(DISTINCT word) AS DOUBLE) AS different
       FROM (SELECT unnest(string_split(${quoteName(name)}, ' ')) AS word FROM staged WHERE problem IS NULL)`,
    );
    if (different > 0.2 * all && all > 20) return { name, kind: 'text', separator: '' };
  }
  return { name, kind: 'list', separator: ' ' };
}

export const storedTypes: Record<AttributeKind, string> = {
  category: 'VARCHAR',
  number: 'DOUBLE',
  list: 'VARCHAR[]',
  text: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  vector: 'FLOAT[]',
};

/** The text of a cell as its attribute's stored type. */
export function attributeSql({ name, kind, separator }: Attribute): string {
  const value = valueSql(name);
  if (kind === 'number') return `TRY_CAST(CASE WHEN lower(${value}) NOT IN ${unknownWords} THEN ${value} END AS DOUBLE)`;
  if (kind === 'timestamp') return `make_timestamp(epoch_us(TRY_CAST(${value} AS TIMESTAMPTZ)))`;
  if (kind === 'vector') return numbersSql(value, separator);
  if (kind !== 'list') return value;
  const parts =
    separator === ''
      ? `regexp_split_to_array(regexp_replace(${value}, '^\\[|\\]$', '', 'g'), ',')`
      : `string_split(${value}, ${quoteText(separator)})`;
  const members = separator === '' ? `trim(trim(part), '''"')` : 'trim(part)';
  return `list_filter([${members} FOR part IN ${parts}], part -> part <> '')`;
}

import type { Session } from '../session.ts';
import { quoteName, quoteText } from '../sql.ts';

/** Members of members are columns of their own down to here; deeper ones stay JSON. */
const deepest = 4;

export interface JsonColumns {
  /** Members of members by dots: `user.id`. */
  names: string[];
  /** JSONPath of each. */
  paths: string[];
  /** Cells as text; what is no text stays JSON. */
  sample: (string | null)[][];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSONPath of a member, whatever the names hold. */
const pathOf = (members: readonly string[]): string =>
  `$${members.map((name) => `."${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join('')}`;

function* leavesOf(value: Record<string, unknown>, members: readonly string[] = []): Generator<[string[], unknown]> {
  for (const [name, member] of Object.entries(value)) {
    const path = [...members, name];
    if (isObject(member) && path.length < deepest && Object.keys(member).length > 0) yield* leavesOf(member, path);
    else yield [path, member];
  }
}

const textOf = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);

/** The columns that objects have, in the order of their first appearance. Names that differ by case alone, which a table cannot hold, are numbered. */
export function columnsOfObjects(objects: readonly Record<string, unknown>[]): JsonColumns {
  const places = new Map<string, number>();
  const names: string[] = [];
  const taken = new Set<string>();
  const rows = objects.map((object) => {
    const row: (string | null)[] = [];
    for (const [members, value] of leavesOf(object)) {
      const path = pathOf(members);
      let place = places.get(path);
      if (place === undefined) {
        place = places.size;
        places.set(path, place);
        let name = members.join('.');
        for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${members.join('.')}_${number}`;
        taken.add(name.toLowerCase());
        names.push(name);
      }
      row[place] = textOf(value);
    }
    return row;
  });
  return { names, paths: [...places.keys()], sample: rows.map((row) => names.map((_, at) => row[at] ?? null)) };
}

/** Columns of the JSON text in `column` of a relation; where it is no object, NULLs and its text in `brokenColumn`. */
export function jsonRelation({ names, paths }: JsonColumns, column: string, from: string, broken: string): string {
  const members = names.map((name, index) => `cells[${index + 1}] AS ${quoteName(name)}`);
  return `(SELECT ${[...members, `CASE WHEN cells IS NULL THEN ${column} END AS ${broken}`].join(', ')}
    FROM (SELECT ${column}, CASE WHEN json_valid(${column}) AND json_type(${column}) = 'OBJECT'
      THEN json_extract_string(${column}, [${paths.map(quoteText).join(', ')}]) END AS cells FROM ${from}))`;
}

/** Rows of a relation by their number, with what they say as JSON. `from` gives one column `raw`. */
export function rowsByNumber(from: string): (session: Session, places: readonly number[]) => Promise<{ line: number; raw: string }[]> {
  return (session, places) =>
    session.rows<{ line: number; raw: string }>(
      `SELECT CAST(place + 1 AS DOUBLE) AS line, CAST(raw AS VARCHAR) AS raw FROM (SELECT raw, row_number() OVER () - 1 AS place FROM ${from})
       WHERE place IN (SELECT unnest(from_json($1, '["BIGINT"]'))) ORDER BY place`,
      [JSON.stringify(places)],
    );
}

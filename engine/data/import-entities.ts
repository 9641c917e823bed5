import type { Entity } from '#contract/data';
import { type Attribute, attributeOf, attributeSql, storedTypes } from './attribute-kind.ts';
import { rejectBrokenVectors } from './broken-vectors.ts';
import { keepForUndo } from './entity-undo.ts';
import { brokenColumn, relationOf } from './relation.ts';
import type { Session } from './session.ts';
import type { AttributeKind, Source } from './source.ts';
import { quoteName, quoteText } from './sql.ts';

type Kind = Exclude<Entity, 'interactions'>;

export const idColumns = { users: 'user_id', items: 'item_id' } as const;

/** Reads users or items into the temporary table `staged`: `__id`, every attribute as text, and `problem`. */
export async function stageEntities(session: Session, source: Source): Promise<void> {
  const id = source.entity === 'users' ? source.mapping.user : source.mapping.item;
  const idSql = `nullif(CAST(${quoteName(id ?? '')} AS VARCHAR), '')`;
  const cell = (name: string): string => {
    const column = quoteName(name);
    return source.reading.cells === 'typed'
      ? `CASE WHEN typeof(${column}) LIKE '%[]' THEN CAST(to_json(${column}) AS VARCHAR) ELSE CAST(${column} AS VARCHAR) END AS ${column}`
      : column;
  };
  const attributes = attributeColumns(source).map((column) => cell(column.name));
  const broken = source.reading.cells === 'text' ? `WHEN ${brokenColumn} IS NOT NULL THEN ': not a JSON object'` : '';
  // Columns that are declared as numbers hold numbers; a word there is a broken row. Elsewhere words make the column a category.
  const numbers = attributeColumns(source)
    .filter((column) => column.declared === 'number')
    .map(
      (column) =>
        `WHEN ${quoteName(column.name)} <> '' AND coalesce(NOT isfinite(TRY_CAST(${quoteName(column.name)} AS DOUBLE)), true) THEN ${quoteText(`${column.name}: not a finite number`)}`,
    );
  const role = source.entity === 'users' ? 'user' : 'item';
  await session.run(`CREATE OR REPLACE TEMP TABLE staged AS
    SELECT ${[`${idSql} AS __id`, ...attributes].join(', ')},
      CASE ${broken} WHEN ${idSql} IS NULL THEN ${quoteText(`${id}: the ${role} is missing`)} ${numbers.join(' ')} END AS problem
    FROM ${relationOf(source)}`);
  for (const column of attributeColumns(source)) await rejectBrokenVectors(session, column);
}

function attributeColumns(source: Source): Source['columns'] {
  const id = source.entity === 'users' ? source.mapping.user : source.mapping.item;
  return source.columns.filter((column) => column.name !== id);
}

/** Puts the good rows of `staged` into `users` or `items`: new ids are added, the attributes that the file has are replaced, others stay. */
export async function storeEntities(
  session: Session,
  source: Source,
  importId: number,
): Promise<{ accepted: number; duplicates: number; attributesBefore: string | null }> {
  const table = source.entity as Kind;
  const id = idColumns[table];
  const stored = await storedKinds(session, table);
  // Names in DuckDB differ by more than case.
  const storedName = (name: string): string | undefined => [...stored.keys()].find((known) => known.toLowerCase() === name.toLowerCase());
  // A column that has been empty so far is what its first values are.
  const decided = await withValues(session, table, stored);
  const attributes: Attribute[] = [];
  for (const column of attributeColumns(source))
    attributes.push(await attributeOf(session, column, decided.get(storedName(column.name) ?? '')));
  const fresh = attributes.map((attribute) => {
    const known = storedName(attribute.name);
    const kind = known === undefined ? attribute.kind : agree(decided.get(known) ?? attribute.kind, attribute.kind);
    return { ...attribute, stored: known ?? freeName(attribute.name, id), known, kind };
  });
  await session.run(`CREATE OR REPLACE TEMP TABLE latest AS
    SELECT __id AS ${id}${fresh.map((attribute) => `, ${attributeSql(attribute)} AS ${quoteName(attribute.stored)}`).join('')}
    FROM (SELECT *, rowid AS place FROM staged WHERE problem IS NULL) QUALIFY row_number() OVER (PARTITION BY __id ORDER BY place DESC) = 1`);
  const good = await session.number('SELECT count(*) FROM staged WHERE problem IS NULL');
  const same = fresh.map(({ stored: name, known, kind }) =>
    known === undefined
      ? 'true'
      : `new.${quoteName(name)} IS NOT DISTINCT FROM ${convert(`old.${quoteName(known)}`, stored.get(known) as AttributeKind, kind)}`,
  );
  const grown = fresh.some((attribute) => attribute.known === undefined);
  const unchanged = grown
    ? 0
    : await session.number(`SELECT count(*) FROM latest new JOIN ${table} old USING (${id}) WHERE ${['true', ...same].join(' AND ')}`);
  const accepted = (await session.number('SELECT count(*) FROM latest')) - unchanged;
  const attributesBefore = accepted > 0 ? await rebuild(session, table, fresh, stored, importId) : null;
  await session.run('DROP TABLE latest');
  return { accepted, duplicates: good - accepted, attributesBefore };
}

type Fresh = Attribute & { stored: string; known: string | undefined };

/** Writes the table again as the union of what was there and what is new; a changed kind changes its column. */
async function rebuild(
  session: Session,
  table: Kind,
  fresh: Fresh[],
  stored: Map<string, AttributeKind>,
  importId: number,
): Promise<string> {
  const id = idColumns[table];
  const columns = [...stored].map(([name, kind]) => {
    const update = fresh.find((attribute) => attribute.known === name);
    const column = quoteName(name);
    return update === undefined
      ? `old.${column} AS ${column}`
      : `CASE WHEN new.${id} IS NOT NULL THEN new.${column} ELSE ${convert(`old.${column}`, kind, update.kind)} END AS ${column}`;
  });
  for (const attribute of fresh) if (attribute.known === undefined) columns.push(`new.${quoteName(attribute.stored)}`);
  await session.run(`CREATE TABLE ${table}_next AS
    SELECT ${[`coalesce(new.${id}, old.${id}) AS ${id}`, ...columns].join(', ')}
    FROM ${table} old FULL OUTER JOIN latest new ON old.${id} = new.${id} ORDER BY 1`);
  const attributesBefore = await keepForUndo(session, table, importId);
  await session.run(`ALTER TABLE ${table}_next RENAME TO ${table}`);
  for (const attribute of fresh) {
    await session.run('DELETE FROM attributes WHERE entity = $1 AND name = $2', [table, attribute.stored]);
    await session.run('INSERT INTO attributes VALUES ($1, $2, $3)', [table, attribute.stored, attribute.kind]);
  }
  return attributesBefore;
}

/** What every attribute of a table is, in the order of its columns. */
export async function storedKinds(session: Session, table: Kind): Promise<Map<string, AttributeKind>> {
  const rows = await session.rows<{ name: string; kind: AttributeKind }>('SELECT name, kind FROM attributes WHERE entity = $1', [table]);
  const kinds = new Map(rows.map(({ name, kind }) => [name, kind]));
  const columns = await session.rows<{ column_name: string }>(`DESCRIBE ${table}`);
  return new Map(
    columns.flatMap(({ column_name }): [string, AttributeKind][] => {
      const kind = kinds.get(column_name);
      return kind === undefined ? [] : [[column_name, kind]];
    }),
  );
}

/** Those of the attributes that have a value anywhere. */
async function withValues(session: Session, table: Kind, kinds: Map<string, AttributeKind>): Promise<Map<string, AttributeKind>> {
  if (kinds.size === 0) return kinds;
  const counts = [...kinds.keys()].map((name, at) => `count(${quoteName(name)}) > 0 AS c${at}`);
  const filled = await session.row<Record<string, boolean>>(`SELECT ${counts.join(', ')} FROM ${table}`);
  return new Map([...kinds].filter((_, at) => filled[`c${at}`]));
}

/** The kind that two imports of one attribute share: where they differ, text is what both can be. */
function agree(before: AttributeKind, now: AttributeKind): AttributeKind {
  if (before === now) return before;
  return before === 'text' || now === 'text' ? 'text' : 'category';
}

function convert(sql: string, from: AttributeKind, to: AttributeKind): string {
  if (storedTypes[from] === storedTypes[to]) return sql;
  return from === 'list' ? `array_to_string(${sql}, '|')` : `CAST(${sql} AS ${storedTypes[to]})`;
}

function freeName(name: string, id: string): string {
  return name.toLowerCase() === id ? `${name}_given` : name;
}

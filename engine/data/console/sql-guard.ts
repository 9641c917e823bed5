import { EngineError } from '#contract/errors';
import type { Session } from '../session.ts';

/** Functions that make rows out of nothing but their arguments. All others may read files, settings, secrets or other statements. */
const tableFunctions = new Set([
  'range',
  'generate_series',
  'unnest',
  'repeat',
  'repeat_row',
  'json_each',
  'json_tree',
  'generate_subscripts',
]);

/** Functions of one value that look at more than it: settings, the environment, logs, or a text that they take for a statement. */
const refusedFunctions =
  /^(getenv|current_setting|set_config|pg_.*|query|query_table|json_execute_serialized_sql|json_serialize_plan|json_deserialize_sql|write_log|parse_duckdb_log_message|which_secret|read_.*|sniff_.*|glob|parquet_.*|getvariable|nextval|currval|sql_auto_complete|check_peg_parser|is_histogram_other_bin|create_sort_key_file|load_.*|install_.*|force_checkpoint|checkpoint)$/;

/** What a table may be made of. */
const tableKinds = new Set([
  'BASE_TABLE',
  'SUBQUERY',
  'JOIN',
  'TABLE_FUNCTION',
  'EXPRESSION_LIST',
  'EMPTY',
  'EMPTY_FROM',
  'CTE',
  'PIVOT',
  'SHOW_REF',
  'COLUMN_DATA',
]);

/** No file can be meant by these: the name of a file has an ending. */
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

type Node = { [name: string]: unknown };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

function refuse(message: string): EngineError {
  return new EngineError('invalid_input', message, { guard: true });
}

/** Names of tables and views that may be read. */
async function knownTables(session: Session): Promise<Set<string>> {
  const rows = await session.rows<{ name: string }>(
    `SELECT table_name AS name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary
     UNION SELECT view_name FROM duckdb_views() WHERE database_name = current_database() AND NOT internal`,
  );
  return new Set(rows.map(({ name }) => name.toLowerCase()));
}

/** Names that WITH gives to statements. */
function namedStatements(node: unknown, found: Set<string>): void {
  if (Array.isArray(node)) for (const member of node) namedStatements(member, found);
  if (!isNode(node)) return;
  if (isNode(node.cte_map) && Array.isArray(node.cte_map.map)) {
    for (const entry of node.cte_map.map) {
      const name = isNode(entry) ? String(entry.key) : '';
      if (!plainName.test(name)) throw refuse(`WITH cannot name a statement “${name}” here: use letters, digits and _.`);
      found.add(name.toLowerCase());
    }
  }
  for (const member of Object.values(node)) namedStatements(member, found);
}

function check(node: unknown, tables: Set<string>, named: Set<string>): void {
  if (Array.isArray(node)) for (const member of node) check(member, tables, named);
  if (!isNode(node)) return;
  const type = String(node.type ?? '');
  if (type === 'TABLE_FUNCTION') {
    const called = isNode(node.function) ? String(node.function.function_name ?? '').toLowerCase() : '';
    if (!tableFunctions.has(called))
      throw refuse(
        `${called || 'This function'} cannot be used here: SQL in a workspace reads its tables, and no files, no network and no settings.`,
      );
  } else if (type === 'BASE_TABLE') checkTable(node, tables, named);
  else if (type === 'SHOW_REF') {
    // SHOW TABLES and its like name no table.
    const shown = String(node.table_name ?? '')
      .replaceAll('"', '')
      .toLowerCase();
    if (shown !== '' && !['tables', 'databases', 'variables', '__show_tables_expanded'].includes(shown) && !tables.has(shown))
      throw unknownTable(shown);
  } else if ('alias' in node && 'sample' in node && type !== '' && !tableKinds.has(type))
    throw refuse(`“${type}” cannot be read from here.`);
  if (typeof node.function_name === 'string') {
    const called = node.function_name.toLowerCase();
    if (refusedFunctions.test(called))
      throw refuse(`The function ${called} cannot be used here: it looks beyond the tables of the workspace.`);
    for (const of of [node.catalog, node.schema])
      if (typeof of === 'string' && !['', 'main', 'system', 'pg_catalog'].includes(of))
        throw refuse(`There is no function ${of}.${called} here.`);
  }
  for (const member of Object.values(node)) check(member, tables, named);
}

function checkTable(node: Node, tables: Set<string>, named: Set<string>): void {
  const name = String(node.table_name ?? '');
  const schema = String(node.schema_name ?? '').toLowerCase();
  const catalog = String(node.catalog_name ?? '');
  if (catalog !== '') throw refuse(`Only this workspace can be read: leave “${catalog}” out.`);
  if (
    schema === 'information_schema' &&
    /^(tables|columns|schemata|key_column_usage|referential_constraints|table_constraints)$/i.test(name)
  )
    return;
  if (schema !== '' && schema !== 'main') throw refuse(`There is no table ${schema}.${name} here.`);
  if (tables.has(name.toLowerCase())) return;
  if (schema === '' && plainName.test(name) && named.has(name.toLowerCase())) return;
  throw unknownTable(name);
}

function unknownTable(name: string): EngineError {
  const file = /[./\\]/.test(name);
  return refuse(
    file
      ? `There is no table “${name}”, and files cannot be read from SQL here: import the file first.`
      : `There is no table “${name}” in this workspace.`,
  );
}

/** Line and column of a place in a text, both from 1. */
export function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}

/**
 * Lets a statement through that reads tables of the workspace and nothing else, as DuckDB's own parser takes it apart; nothing is bound or run for that. Throws
 * `invalid_input` in words, with the line and column of what is no SQL.
 */
export async function guardSelect(session: Session, sql: string): Promise<void> {
  const { tree } = await session.row<{ tree: string }>('SELECT CAST(json_serialize_sql($1::VARCHAR) AS VARCHAR) AS tree', [sql]);
  const parsed = JSON.parse(tree) as {
    error: boolean;
    error_type?: string;
    error_message?: string;
    position?: string;
    statements?: unknown[];
  };
  if (parsed.error) {
    if (parsed.error_type !== 'parser') {
      throw refuse(
        'Only statements that read can be run while the console is locked: SELECT, FROM, WITH, VALUES, DESCRIBE, SUMMARIZE, SHOW.',
      );
    }
    const place = placeOf(sql, Number(parsed.position ?? 0));
    throw new EngineError('invalid_input', `${parsed.error_message} (line ${place.line}, column ${place.column}).`, place);
  }
  const statements = parsed.statements ?? [];
  if (statements.length !== 1)
    throw refuse(statements.length === 0 ? 'There is no statement.' : 'Run one statement at a time: select it first.');
  const named = new Set<string>();
  namedStatements(statements, named);
  check(statements, await knownTables(session), named);
}

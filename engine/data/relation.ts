import type { Source } from './source.ts';
import { memberPath, quoteName, quotePath, quoteText } from './sql.ts';

/** A line of JSON Lines that is no object is kept here, so that it can be rejected with its text. */
export const brokenColumn = '__broken';

/**
 * The rows of a source as SQL, for a FROM clause. Columns are VARCHAR but for those that `types` names; a cell that does not fit its type
 * goes to DuckDB's `reject_errors`, as do lines with too few or too many columns. Rows keep the order of the file.
 */
export function relationOf(source: Source, types: Record<string, string> = {}): string {
  const { reading } = source;
  if (reading.kind === 'parquet') return `read_parquet(${quotePath(source.readPath)})`;
  if (reading.kind === 'jsonl') return jsonRelation(source);
  if (reading.kind === 'adjacency') return adjacencyRelation(source);
  const { dialect } = reading;
  const columns = dialect.columns.map((name) => `${quoteText(name)}: '${types[name] ?? 'VARCHAR'}'`);
  const raw = `read_csv(${quotePath(source.readPath)}, auto_detect = false, header = ${dialect.header}, delim = ${quoteText(dialect.delimiter)},
    quote = ${quoteText(dialect.quote)}, escape = ${quoteText(dialect.quote)}, columns = {${columns.join(', ')}}, max_line_size = ${longestLine},
    store_rejects = true, rejects_limit = 0, strict_mode = true)`;
  if (dialect.derived === undefined) return raw;
  return `(SELECT ${dialect.derived.map((column) => `${column.sql} AS ${quoteName(column.name)}`).join(', ')} FROM ${raw})`;
}

const longestLine = 8 * 1024 * 1024;

/** Lines as they are: a sign that text does not have stands for the delimiter. */
function linesOf(source: Source): string {
  return `read_csv(${quotePath(source.readPath)}, auto_detect = false, header = false, delim = '\x01', quote = '', escape = '',
    columns = {'line': 'VARCHAR'}, max_line_size = ${longestLine}, store_rejects = true, rejects_limit = 0)`;
}

/** A row for each item after the user of a line. A user without items has none. */
function adjacencyRelation(source: Source): string {
  return `(SELECT ids[1] AS user_id, unnest(ids[2:]) AS item_id
    FROM (SELECT regexp_split_to_array(trim(line, ' \t'), '[ \t]+') AS ids FROM ${linesOf(source)} WHERE line IS NOT NULL))`;
}

/** Each line as one text, then all its members in one parse. */
function jsonRelation(source: Source): string {
  const names = source.columns.map((column) => column.name);
  const paths = names.map((name) => quoteText(memberPath(name)));
  const members = names.map((name, index) => `cells[${index + 1}] AS ${quoteName(name)}`);
  return `(SELECT ${[...members, `CASE WHEN cells IS NULL THEN line END AS ${brokenColumn}`].join(', ')}
    FROM (SELECT line, CASE WHEN json_valid(line) AND json_type(line) = 'OBJECT' THEN json_extract_string(line, [${paths.join(', ')}]) END AS cells
      FROM ${linesOf(source)} WHERE line IS NOT NULL))`;
}

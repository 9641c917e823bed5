import type { Source } from './source.ts';
import { quoteName, quotePath, quoteText } from './sql.ts';

/** A record that could not be taken apart is kept here, so that it can be rejected with its text. */
export const brokenColumn = '__broken';

/** The rows of a source as SQL, for a FROM clause, what its path says of them included. See `Reading.relation`. */
export function relationOf({ reading, readPath, constants }: Source, types: Record<string, string> = {}): string {
  const rows = reading.relation(readPath, types);
  const added = Object.entries(constants).map(([name, value]) => `${quoteText(value)} AS ${quoteName(name)}`);
  return added.length === 0 ? rows : `(SELECT *, ${added.join(', ')} FROM ${rows})`;
}

/** A longer line is rejected. */
export const longestLine = 8 * 1024 * 1024;

/** Lines as they are: a sign that text does not have stands for the delimiter. */
export function linesOf(readPath: string): string {
  return `read_csv(${quotePath(readPath)}, auto_detect = false, header = false, delim = '\x01', quote = '', escape = '',
    columns = {'line': 'VARCHAR'}, max_line_size = ${longestLine}, hive_partitioning = false, store_rejects = true, rejects_limit = 0)`;
}

/** Records that are whole lines. */
export const wholeLines = { delimiter: '\x01', quote: '', header: false };

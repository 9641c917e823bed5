import { longestLine } from '../relation.ts';
import type { Found } from '../source.ts';
import { quoteName, quotePath, quoteText } from '../sql.ts';
import { type Delimited, readDialect } from './delimited-head.ts';
import { type Format, hasEnding } from './format.ts';
import { demandText, rowsOfHead } from './text.ts';

/** Delimited text as SQL. */
export function delimitedRelation(dialect: Delimited): (readPath: string, types: Record<string, string>) => string {
  return (readPath, types) => {
    const columns = dialect.columns.map((name) => `${quoteText(name)}: '${types[name] ?? 'VARCHAR'}'`);
    const raw = `read_csv(${quotePath(readPath)}, auto_detect = false, header = ${dialect.header}, delim = ${quoteText(dialect.delimiter)},
    quote = ${quoteText(dialect.quote)}, escape = ${quoteText(dialect.quote)}, columns = {${columns.join(', ')}}, max_line_size = ${longestLine}, hive_partitioning = false,
    store_rejects = true, rejects_limit = 0, strict_mode = true)`;
    if (dialect.derived === undefined) return raw;
    return `(SELECT ${dialect.derived.map((column) => `${column.sql} AS ${quoteName(column.name)}`).join(', ')} FROM ${raw})`;
  };
}

export function delimited(dialect: Delimited, rest: Pick<Found, 'names' | 'sample' | 'header'> & Partial<Found>): Found {
  const { delimiter, quote, header } = dialect;
  return { reading: { relation: delimitedRelation(dialect), cells: 'read', records: { delimiter, quote, header } }, ...rest };
}

/** Text by commas, tabs or whatever else; what no other format takes. */
export const csv: Format = {
  id: 'csv',
  label: 'CSV, TSV, any delimiter',
  endings: ['.csv', '.tsv', '.tab', '.txt', '.psv', '.dat'],
  claims: () => true,
  async open(file) {
    demandText(file);
    const delimiter = file.options.delimiter ?? (hasEnding({ endings: ['.tsv', '.tab'] }, file.name) ? '\t' : undefined);
    const { dialect, sample } = readDialect(file.head.text, delimiter);
    return delimited(dialect, { names: dialect.columns, sample, header: dialect.header, expectedRows: rowsOfHead(file.head) });
  },
};

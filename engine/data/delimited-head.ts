import type { Dialect } from './source.ts';

/** Records of delimited text, as DuckDB reads them: quotes count at the start of a field only, a doubled quote stands for one. */
export function parseRecords(text: string, delimiter: string, quote: string, limit: number): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length && records.length < limit) {
    let field = '';
    if (quote !== '' && text[at] === quote) {
      at++;
      for (; at < text.length; at++) {
        if (text[at] !== quote) field += text[at];
        else if (text[at + 1] === quote) field += text[++at];
        else break;
      }
      at++;
    }
    while (at < text.length && text[at] !== '\n' && text[at] !== '\r' && !text.startsWith(delimiter, at)) field += text[at++];
    record.push(field);
    if (text.startsWith(delimiter, at)) {
      at += delimiter.length;
      if (at < text.length) continue;
      record.push('');
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  return records;
}

const delimiters = [',', '\t', ';', '|', '::'];

/** The delimiter that cuts the first records into the most columns, evenly. */
function chooseDelimiter(text: string): string {
  let best = ',';
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const records = parseRecords(text, delimiter, '"', 50);
    const width = records[0]?.length ?? 1;
    if (width < 2) continue;
    const even = records.filter((record) => record.length === width).length / records.length;
    const score = even * 1000 + Math.min(width, 100) + (delimiter === '::' ? 100 : 0);
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}

const looksLikeValue = (field: string): boolean => field === '' || /^[+-]?(\d|\.\d)[\d.eE+:TZ\s/-]*$/.test(field) || field.length > 80;

/** A first line is a header when its names are all there, all different, and none of them a number or a date. */
function hasHeader(records: string[][]): boolean {
  const first = records[0] ?? [];
  return (
    first.length > 0 &&
    new Set(first.map((name) => name.trim().toLowerCase())).size === first.length &&
    !first.some((name) => looksLikeValue(name.trim()))
  );
}

/** How a delimited file is written, from its first part. Files without a header get the names column1, column2, … */
export function readDialect(text: string, delimiter = chooseDelimiter(text)): { dialect: Dialect; sample: string[][] } {
  const records = parseRecords(text, delimiter, '"', 201);
  const header = hasHeader(records);
  const first = records[0] ?? [];
  const columns = header ? first : first.map((_, index) => `column${index + 1}`);
  return { dialect: { delimiter, quote: '"', header, columns }, sample: header ? records.slice(1) : records.slice(0, 200) };
}

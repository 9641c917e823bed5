import type { TextRecords } from '../source.ts';

export interface Delimited extends TextRecords {
  /** Names in the order of the file. */
  columns: string[];
  /** Columns made of the file's own, as SQL over them, where the layout stores one thing in many. */
  derived?: { name: string; sql: string }[];
}

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
    const rest = at;
    while (at < text.length && text[at] !== '\n' && text[at] !== '\r' && !text.startsWith(delimiter, at)) at++;
    field += text.slice(rest, at);
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

const delimiters = [',', '\t', ';', '|', '::', '\x01', '^', '~'];

/** The delimiter that cuts the first records into the most columns, evenly; blanks where nothing else cuts them and they do so evenly. */
function chooseDelimiter(text: string): string {
  let best = '';
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const records = parseRecords(text, delimiter, '"', 50);
    const width = records[0]?.length ?? 1;
    if (width < 2) continue;
    const even = records.filter((record) => record.length === width).length / records.length;
    const score = even * 1000 + Math.min(width, 100) + (delimiter === '::' ? 100 : 0);
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  if (best !== '') return best;
  const widths = new Set(parseRecords(text, ' ', '"', 50).map((record) => record.length));
  return widths.size === 1 && !widths.has(1) ? ' ' : ',';
}

const looksLikeValue = (field: string): boolean => /^[+-]?(\d|\.\d)[\d.eE+:TZ\s/-]*$/.test(field) || field.length > 80;

/** Names that no data row would hold in their place: what a header is known by that has gaps or says a name twice. */
const isIdName = (name: string): boolean => /^(user|item|movie|product|customer|visitor|session|event)[ _.-]?id$/i.test(name);

/** A first line is a header when none of its names is a number or a date, and they are all there and all different, or ids are among them. */
function hasHeader(records: string[][]): boolean {
  const first = (records[0] ?? []).map((name) => name.trim());
  if (first.length === 0 || first.some(looksLikeValue)) return false;
  const whole = !first.includes('') && new Set(first.map((name) => name.toLowerCase())).size === first.length;
  return whole || first.some(isIdName);
}

/** Names for a table: each once, whatever its case, and none empty. */
function tableNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((given, index) => {
    const plain = given === '' ? `column${index + 1}` : given;
    let name = plain;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${plain}_${number}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** How a delimited file is written, from its first part. Files without a header get the names column1, column2, … */
export function readDialect(text: string, delimiter = chooseDelimiter(text)): { dialect: Delimited; sample: string[][] } {
  const records = parseRecords(text, delimiter, '"', 201);
  const header = hasHeader(records);
  const first = records[0] ?? [];
  const columns = header ? tableNames(first) : first.map((_, index) => `column${index + 1}`);
  return { dialect: { delimiter, quote: '"', header, columns }, sample: header ? records.slice(1) : records.slice(0, 200) };
}

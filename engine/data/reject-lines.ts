import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { Dialect } from './source.ts';

export interface LocatedLine {
  line: number;
  raw: string;
}

/** What to look for: rows by their number among the good ones (0-based), and rejected records by where they start, both ascending. */
export interface Wanted {
  rows: number[];
  starts: number[];
}

const longestRaw = 2000;

/**
 * Finds the line number and the text of records in a delimited file. DuckDB counts neither blank lines nor line ends within quotes, so the
 * file is read once more; that only happens where something was rejected.
 */
export async function locateLines(
  path: string,
  dialect: Pick<Dialect, 'delimiter' | 'quote' | 'header'>,
  wanted: Wanted,
): Promise<{ rows: (LocatedLine | null)[]; starts: (LocatedLine | null)[] }> {
  const found: { rows: (LocatedLine | null)[]; starts: (LocatedLine | null)[] } = { rows: [], starts: [] };
  let good = dialect.header ? -1 : 0;
  for await (const record of records(path, dialect)) {
    let rejected = false;
    while (found.starts.length < wanted.starts.length && (wanted.starts[found.starts.length] as number) < record.end) {
      found.starts.push({ line: record.line, raw: record.text() });
      rejected = true;
    }
    if (rejected) continue;
    if (wanted.rows[found.rows.length] === good) found.rows.push({ line: record.line, raw: record.text() });
    good++;
  }
  while (found.rows.length < wanted.rows.length) found.rows.push(null);
  while (found.starts.length < wanted.starts.length) found.starts.push(null);
  return found;
}

interface FileRecord {
  /** 1-based line where it starts. */
  line: number;
  /** Byte after its last. */
  end: number;
  text(): string;
}

/** The records of a file, blank lines left out. Quotes open a field only at its start. */
async function* records(path: string, { delimiter, quote }: Pick<Dialect, 'delimiter' | 'quote'>): AsyncGenerator<FileRecord> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const stream: AsyncIterable<Buffer> = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  const quoteByte = quote === '' ? -1 : quote.charCodeAt(0);
  const delimiterByte = delimiter.charCodeAt(delimiter.length - 1);
  let parts: Buffer[] = [];
  let blank = true;
  let quoted = false;
  let fieldStart = true;
  let line = 1;
  let startLine = 1;
  let position = 0;
  const emit = (end: number): FileRecord => {
    const bytes = Buffer.concat(parts);
    return {
      line: startLine,
      end,
      text: () =>
        bytes
          .toString('utf8')
          .replace(/[\r\n]+$/, '')
          .replace(/^\uFEFF/, '')
          .slice(0, longestRaw),
    };
  };
  for await (const chunk of stream) {
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte === 10) {
        line++;
        if (quoted) continue;
        parts.push(chunk.subarray(from, i + 1));
        if (!blank) yield emit(position + i + 1);
        parts = [];
        from = i + 1;
        startLine = line;
        blank = true;
        fieldStart = true;
      } else if (byte === quoteByte && (quoted || fieldStart)) {
        // A doubled quote closes and opens again at once, which comes to the same.
        quoted = !quoted;
        fieldStart = !quoted;
        blank = false;
      } else if (byte !== 13) {
        blank = false;
        fieldStart = !quoted && byte === delimiterByte;
      }
    }
    if (from < chunk.length) parts.push(Buffer.from(chunk.subarray(from)));
    position += chunk.length;
  }
  if (!blank) yield emit(position);
}

import type { LocatedLine, TextRecords } from './source.ts';
import { type Packing, unpackedBytes } from './unpacked.ts';

/** What to look for: rows by their number among the good ones (0-based), and rejected records by where they start, both ascending. */
export interface Wanted {
  rows: ArrayLike<number>;
  starts: ArrayLike<number>;
}

/** A record that was looked for: which of the rows or of the starts it is. */
export interface Located extends LocatedLine {
  of: 'rows' | 'starts';
  index: number;
  /** Whether it goes over several lines. */
  several: boolean;
}

const longestRaw = 2000;
/** Bytes of a record that are kept: enough for its text. */
const keptBytes = 4 * longestRaw;

/**
 * Finds the line number and the text of records in a delimited file. DuckDB counts neither blank lines nor line ends within quotes, so the
 * file is read once more; that only happens where something was rejected.
 */
export async function* locate(path: string, packing: Packing, how: TextRecords, { rows, starts }: Wanted): AsyncGenerator<Located> {
  let good = how.header ? -1 : 0;
  let row = 0;
  let start = 0;
  for await (const record of recordsOf(path, packing, how)) {
    let rejected = false;
    while (start < starts.length && (starts[start] as number) < record.end) {
      yield { of: 'starts', index: start++, ...record.located() };
      rejected = true;
    }
    if (rejected) continue;
    if (row < rows.length && rows[row] === good) yield { of: 'rows', index: row++, ...record.located() };
    good++;
    if (row === rows.length && start === starts.length) return;
  }
}

interface FileRecord {
  /** Byte after its last. */
  end: number;
  located(): Omit<Located, 'of' | 'index'>;
}

/** The records of a file, blank lines left out. Quotes open a field only at its start. */
async function* recordsOf(path: string, packing: Packing, { delimiter, quote }: TextRecords): AsyncGenerator<FileRecord> {
  const quoteByte = quote === '' ? -1 : quote.charCodeAt(0);
  const delimiterByte = delimiter.charCodeAt(delimiter.length - 1);
  let parts: Uint8Array[] = [];
  let kept = 0;
  let blank = true;
  let quoted = false;
  let fieldStart = true;
  let line = 1;
  let startLine = 1;
  let position = 0;
  const keep = (part: Uint8Array, ours: boolean): void => {
    if (kept >= keptBytes) return;
    const some = part.subarray(0, keptBytes - kept);
    kept += some.length;
    // A chunk is gone with the next one.
    parts.push(ours ? Buffer.from(some) : some);
  };
  const emit = (end: number, lastLine: number): FileRecord => {
    const [bytes, first] = [Buffer.concat(parts), startLine];
    return {
      end,
      located: () => ({
        line: first,
        several: lastLine > first,
        raw: bytes
          .toString('utf8')
          .replace(/[\r\n]+$/, '')
          .replace(/^\uFEFF/, '')
          .slice(0, longestRaw),
      }),
    };
  };
  for await (const chunk of unpackedBytes(path, packing)) {
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte === 10) {
        line++;
        if (quoted) continue;
        keep(chunk.subarray(from, i + 1), false);
        if (!blank) yield emit(position + i + 1, line - 1);
        parts = [];
        kept = 0;
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
    if (from < chunk.length) keep(chunk.subarray(from), true);
    position += chunk.length;
  }
  if (!blank) yield emit(position, line);
}

import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { EngineError } from '#contract/errors';

/** Signs below the blank that stand in texts: what Hive writes between columns (0x01), tab, line ends, form feed, escape, and the old mark of an end (0x1a). */
const isControl = (code: number): boolean => code < 32 && !(code >= 9 && code <= 13) && code !== 1 && code !== 26 && code !== 27;

/** A stray sign is a mistake in a row; so many are no text. */
const tolerated = 0.01;

/** The line of the first control sign, where a text has so many that it is none; else null. */
export function binaryLineOf(text: string): number | null {
  let line = 1;
  let first: number | null = null;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10) line++;
    else if (isControl(code)) {
      first ??= line;
      count++;
    }
  }
  return count > tolerated * text.length ? first : null;
}

/** The first line of a file that holds bytes of no UTF-8 text: control signs, or broken characters; null where all is text. */
export async function findBinaryLine(path: string): Promise<number | null> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const bytes: AsyncIterable<Uint8Array> = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  let line = 1;
  let following = 0;
  for await (const chunk of bytes) {
    for (const byte of chunk) {
      const continues = byte >= 0x80 && byte < 0xc0;
      if (following > 0 !== continues || byte === 0xc0 || byte === 0xc1 || byte > 0xf4 || isControl(byte)) return line;
      if (continues) following -= 1;
      else if (byte >= 0xc2) following = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      else if (byte === 10) line++;
    }
  }
  return null;
}

export function noText(file: string, line: number): EngineError {
  return new EngineError(
    'bad_data',
    `${file} is no text file, such as CSV is: line ${line} holds bytes that no text has. Choose the file that was exported as text, or name its format with --format.`,
    { file, line },
  );
}

import { open } from 'node:fs/promises';

const newline = 10;
const space = 32;
/** Bytes that are looked at at a time. */
const blockBytes = 4 * 1024 * 1024;

/** Whether a line of an event log is of this user; a damaged line that names them counts, since nobody can say what it was. */
function isOf(line: string, userId: string): boolean {
  try {
    return (JSON.parse(line) as { user_id?: unknown } | null)?.user_id === userId;
  } catch {
    return true;
  }
}

/**
 * Writes spaces over the lines of one user in an event log, and makes that durable. No byte moves, so that positions in the file stay true and
 * whoever appends to it meanwhile is not disturbed; readers pass over empty lines. A last line without its end is left as it is.
 * @param from lines before this position are known to be clean
 * @returns where the last whole line ends, and how many lines were blanked
 */
export async function blankUserLines(file: string, userId: string, from = 0): Promise<{ end: number; lines: number }> {
  // Lines are written by JSON.stringify, which spells a text in one way.
  const needle = Buffer.from(JSON.stringify(userId));
  const handle = await open(file, 'r+');
  let lines = 0;
  let end = from;
  try {
    let block = Buffer.allocUnsafe(blockBytes);
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, block.length, end);
      const whole = block.lastIndexOf(newline, bytesRead - 1) + 1;
      if (bytesRead === 0 || (whole === 0 && bytesRead < block.length)) break;
      if (whole === 0) {
        // A line that is longer than the block.
        block = Buffer.allocUnsafe(block.length * 2);
        continue;
      }
      const text = block.subarray(0, whole);
      for (let at = text.indexOf(needle); at >= 0; ) {
        const start = text.lastIndexOf(newline, at) + 1;
        const stop = text.indexOf(newline, at);
        if (isOf(text.toString('utf8', start, stop), userId)) {
          await handle.write(Buffer.alloc(stop - start, space), 0, stop - start, end + start);
          lines += 1;
        }
        at = text.indexOf(needle, stop);
      }
      end += whole;
    }
    if (lines > 0) await handle.datasync();
    return { end, lines };
  } finally {
    await handle.close();
  }
}

import { open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const newline = 10;

export const logFile = (folder: string, number: number): string => path.join(folder, `${number}.log`);

/** The numbers of the log files in a folder, ascending. */
export async function listLogs(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .flatMap((name) => {
      const number = /^(\d{1,15})\.log$/.exec(name)?.[1];
      return number === undefined ? [] : [Number(number)];
    })
    .sort((a, b) => a - b);
}

/**
 * Cuts what stands after the last line end: a line that was being written when the process died, or when the disk was full, and was never
 * acknowledged. Complete lines stay where they are, so that a reader's position stays true. Returns the size.
 */
export async function cutTornLine(file: string): Promise<number> {
  const handle = await open(file, 'r+');
  try {
    const { size } = await handle.stat();
    let end = size;
    const block = Buffer.alloc(65_536);
    while (end > 0) {
      const start = Math.max(0, end - block.length);
      const { bytesRead } = await handle.read(block, 0, end - start, start);
      const at = block.subarray(0, bytesRead).lastIndexOf(newline);
      if (at >= 0) {
        end = start + at + 1;
        break;
      }
      end = start;
    }
    if (end < size) {
      await handle.truncate(end);
      await handle.sync();
    }
    return end;
  } finally {
    await handle.close();
  }
}

/** The newest complete lines of all logs, oldest first, `limit` at most. */
export async function readNewestLines(folder: string, limit: number): Promise<string[]> {
  const parts: string[][] = [];
  let wanted = limit;
  for (const number of (await listLogs(folder)).reverse()) {
    if (wanted <= 0) break;
    const lines = (await readFile(logFile(folder, number), 'utf8')).split('\n').slice(0, -1).slice(-wanted);
    wanted -= lines.length;
    parts.unshift(lines);
  }
  return parts.flat();
}

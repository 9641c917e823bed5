import { open, readdir } from 'node:fs/promises';
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

/** Bytes that are read at a time. */
const blockBytes = 4 * 1024 * 1024;

/** Reads a file in blocks of whole lines; a last line without its end is left out. */
async function* lineBlocks(file: string): AsyncGenerator<Buffer> {
  const handle = await open(file, 'r');
  try {
    let block = Buffer.allocUnsafe(blockBytes);
    let held = 0;
    for (;;) {
      const { bytesRead } = await handle.read(block, held, block.length - held);
      if (bytesRead === 0) return;
      const filled = held + bytesRead;
      const end = block.lastIndexOf(newline, filled - 1) + 1;
      if (end > 0) yield block.subarray(0, end);
      held = filled - end;
      // A line that is longer than the block needs a larger one.
      const next = Buffer.allocUnsafe(held * 2 > block.length ? block.length * 2 : block.length);
      block.copy(next, 0, end, filled);
      block = next;
    }
  } finally {
    await handle.close();
  }
}

async function countLines(file: string): Promise<number> {
  let count = 0;
  for await (const block of lineBlocks(file)) {
    for (let at = block.indexOf(newline); at >= 0; at = block.indexOf(newline, at + 1)) count += 1;
  }
  return count;
}

/** Called for the line that is `text` from `from` to before `to`; `newer` lines follow it. */
export type LineVisitor = (text: string, from: number, to: number, newer: number) => void;

/** Visits the complete lines of all logs, oldest first: the newest `limit`, and those that are in one file with them. */
export async function visitNewestLines(folder: string, limit: number, visit: LineVisitor): Promise<void> {
  const files: string[] = [];
  let left = 0;
  for (const number of (await listLogs(folder)).reverse()) {
    if (left >= limit) break;
    const file = logFile(folder, number);
    files.unshift(file);
    left += await countLines(file);
  }
  for (const file of files) {
    for await (const block of lineBlocks(file)) {
      const text = block.toString('utf8');
      for (let from = 0; from < text.length; ) {
        const to = text.indexOf('\n', from);
        left -= 1;
        visit(text, from, to, left);
        from = to + 1;
      }
    }
  }
}

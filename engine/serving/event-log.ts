import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { EngineError } from '#contract/errors';
import { syncFolder } from '../files/atomic.ts';
import { cutTornLine, listLogs, logFile } from './event-log-files.ts';

export interface EventLogOptions {
  /** A file that has grown to this size is followed by the next. */
  rotateBytes?: number;
  /** So much may wait for the disk; more is refused. */
  queueBytes?: number;
  /** So many events may wait for the disk; more are refused. */
  queueEvents?: number;
  /** For tests: stands between us and the disk. */
  write?: (handle: FileHandle, bytes: Buffer) => Promise<void>;
}

/** The append-only file of what a server received. One server at a time writes to a folder. */
export interface EventLog {
  /**
   * Resolves once the lines are on disk. Throws `unavailable` where the disk does not take them; then they count as not received.
   * @param count how many lines these are
   */
  append(lines: string, count?: number): Promise<void>;
  /** Does work while nothing is written: who was acknowledged before has been told, and what comes meanwhile waits. */
  pause(work: () => Promise<void>): Promise<void>;
  /** Why the last write failed, in words; null while all is well. */
  problem(): string | null;
  /** So much waits for the disk. */
  queuedBytes(): number;
  close(): Promise<void>;
}

interface Waiting {
  bytes: Buffer;
  count: number;
  resolve(): void;
  reject(error: Error): void;
}

const MiB = 1024 * 1024;

async function writeAndSync(handle: FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await handle.write(bytes, written)).bytesWritten;
  await handle.datasync();
}

function wordsOf(folder: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const why =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'its disk is full. Free some space'
      : `it does not take writes (${code ?? (error as Error).message}). Check the disk and the rights of the folder`;
  return `Events cannot be stored in ${folder}: ${why}, then send the events again. Recommendations go on meanwhile.`;
}

/**
 * Opens the log in a folder and makes it whole: torn last lines are cut. All who wait while the disk is busy share the next fsync.
 * After a failed write the file is cut to its last whole line and the next write starts a new file.
 */
export async function openEventLog(folder: string, options: EventLogOptions = {}): Promise<EventLog> {
  const { rotateBytes = 64 * MiB, queueBytes = 64 * MiB, queueEvents = 100_000, write = writeAndSync } = options;
  await mkdir(folder, { recursive: true });
  const numbers = await listLogs(folder);
  let size = 0;
  for (const number of numbers) size = await cutTornLine(logFile(folder, number));
  let number = numbers.at(-1) ?? 1;
  let handle: FileHandle | null = null;
  let queue: Waiting[] = [];
  const pauses: (() => Promise<void>)[] = [];
  let queued = 0;
  let queuedEvents = 0;
  let flushing: Promise<void> | null = null;
  let problem: string | null = null;
  let closed = false;

  const openCurrent = async (): Promise<FileHandle> => {
    if (handle && size < rotateBytes) return handle;
    if (size >= rotateBytes) {
      await handle?.close();
      handle = null;
      number += 1;
      size = 0;
    }
    handle = await open(logFile(folder, number), 'a');
    await syncFolder(folder);
    return handle;
  };

  const abandonFile = async (): Promise<void> => {
    await handle?.close().catch(() => undefined);
    handle = null;
    // Where even the cut fails, the next opening makes it; nothing is glued to the torn line, since another file follows.
    size = await cutTornLine(logFile(folder, number)).catch(() => rotateBytes);
    if (size > 0) {
      number += 1;
      size = 0;
    }
  };

  const flush = async (): Promise<void> => {
    while (queue.length > 0 || pauses.length > 0) {
      const work = pauses.shift();
      if (work) {
        await new Promise((resolve) => setImmediate(resolve));
        await work();
        continue;
      }
      const batch = queue;
      queue = [];
      const bytes = Buffer.concat(batch.map((waiting) => waiting.bytes));
      try {
        await write(await openCurrent(), bytes);
        size += bytes.length;
        problem = null;
        for (const waiting of batch) waiting.resolve();
      } catch (error) {
        problem = wordsOf(folder, error);
        await abandonFile();
        for (const waiting of batch) waiting.reject(new EngineError('unavailable', problem as string, {}, { cause: error }));
      }
      queued -= bytes.length;
      for (const waiting of batch) queuedEvents -= waiting.count;
    }
    flushing = null;
  };

  return {
    append(lines, count = 1) {
      if (closed)
        return Promise.reject(new EngineError('unavailable', 'The server is stopping and takes no more events. Send them again later.'));
      const bytes = Buffer.from(lines);
      if (queued + bytes.length > queueBytes || queuedEvents + count > queueEvents) {
        return Promise.reject(new EngineError('unavailable', 'Events come faster than the disk takes them. Send them again in a second.'));
      }
      queued += bytes.length;
      queuedEvents += count;
      return new Promise((resolve, reject) => {
        queue.push({ bytes, count, resolve, reject });
        flushing ??= flush();
      });
    },
    pause(work) {
      if (closed) return Promise.reject(new EngineError('unavailable', 'The server is stopping. Ask again when it runs.'));
      return new Promise((resolve, reject) => {
        pauses.push(() => work().then(resolve, reject));
        flushing ??= flush();
      });
    },
    problem: () => problem,
    queuedBytes: () => queued,
    async close() {
      closed = true;
      await flushing;
      await handle?.close();
      handle = null;
    },
  };
}

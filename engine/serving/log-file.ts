import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';

/** Takes text and writes it when there is time; nobody waits for it. */
export interface LogSink {
  write(text: string): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

const writeEveryMs = 100;
/** What a disk that stands still may make wait; more is let go, and counted. */
const mostWaiting = 4 * 1024 * 1024;
const rotateBytes = 10 * 1024 * 1024;
/** Beside the one that is written: `server.log.1` is the newest of them. */
const oldFiles = 2;

/** Gathers text for a moment, then hands it on as one; one writing at a time. */
function createSink(writeAll: (text: string) => Promise<void>): LogSink {
  let waiting = '';
  let dropped = 0;
  let writing: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;

  const flush = async (): Promise<void> => {
    timer = null;
    while (waiting !== '') {
      const text = waiting;
      waiting = '';
      // A log that cannot be written must not be what ends the server.
      await writeAll(text).catch(() => undefined);
      if (dropped > 0) {
        waiting = `${JSON.stringify({ time: new Date().toISOString(), level: 'warn', event: 'log_lines_dropped', lines: dropped })}\n${waiting}`;
        dropped = 0;
      }
    }
    writing = null;
  };

  return {
    write(text) {
      if (waiting.length > mostWaiting) {
        dropped += 1;
        return;
      }
      waiting += text;
      if (timer || writing) return;
      timer = setTimeout(() => {
        writing = flush();
      }, writeEveryMs);
    },
    async close() {
      if (timer) clearTimeout(timer);
      await writing;
      await flush();
    },
  };
}

/** Writes to `server.log` in a folder; a full file becomes `server.log.1`, and so on, and the oldest goes. */
export function openLogFile(folder: string, limitBytes = rotateBytes): LogSink {
  const file = path.join(folder, 'server.log');
  let size: number | null = null;
  return createSink(async (text) => {
    if (size === null) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      size = (await stat(file).catch(() => ({ size: 0 }))).size;
    }
    if (size > 0 && size + text.length > limitBytes) {
      for (let number = oldFiles; number > 0; number--) {
        await rename(number === 1 ? file : `${file}.${number - 1}`, `${file}.${number}`).catch(() => undefined);
      }
      size = 0;
    }
    await appendFile(file, text, { mode: 0o600 });
    size += Buffer.byteLength(text);
  });
}

/** Writes to the process's error stream. */
export const openStderrLog = (): LogSink => createSink((text) => new Promise((resolve) => process.stderr.write(text, () => resolve())));

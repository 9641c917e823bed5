import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Arm } from '#contract/api/experiment-routes';
import { cutTornLine } from '../event-log-files.ts';

/** A list that was shown (`i`: its items, `a`: the arm), or a success (`s`: its item); `t`: milliseconds since 1970; `u`: the pseudonym of the user. */
export type ExperimentEntry = { t: number; u: string; a: Arm; i: string[] } | { t: number; u: string; s: string };

/** What happened in an experiment, as lines of JSON. Nobody waits for the disk: what a kill leaves unwritten is of the last second. */
export interface ExperimentLog {
  write(entry: ExperimentEntry): void;
  /** No more lists are to be written: the file has grown to its limit. */
  full(): boolean;
  /** Why the last write failed, in words; null while all is well. */
  problem(): string | null;
  close(): Promise<void>;
}

const writeEveryMs = 1000;
const usualLimit = 256 * 1024 * 1024;
/** What a disk that stands still may make wait; more is let go. */
const mostWaiting = 8 * 1024 * 1024;

/** The entries of a log, in order; what is no entry is passed over. */
export async function* readExperimentLog(file: string): AsyncGenerator<ExperimentEntry> {
  if (!existsSync(file)) return;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    try {
      const entry = JSON.parse(line) as ExperimentEntry;
      const whole = typeof entry.t === 'number' && typeof entry.u === 'string';
      if (whole && ('s' in entry ? typeof entry.s === 'string' : Array.isArray(entry.i))) yield entry;
    } catch {}
  }
}

/** Opens the log for more, whole: a torn last line is cut. */
export async function openExperimentLog(file: string, limitBytes = usualLimit): Promise<ExperimentLog> {
  let size = existsSync(file) ? await cutTornLine(file) : 0;
  const handle: FileHandle = await open(file, 'a', 0o600);
  let waiting: string[] = [];
  let waitingLength = 0;
  let problem: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  const flush = async (): Promise<void> => {
    timer = null;
    if (waiting.length === 0) return;
    const lines = waiting;
    const bytes = Buffer.from(lines.join(''));
    waiting = [];
    waitingLength = 0;
    try {
      await handle.writeFile(bytes);
      await handle.datasync();
      size += bytes.length;
      problem = null;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      problem = `The log ${file} does not take writes (${code ?? message}). Check the disk; what is counted meanwhile may be lost at the next start.`;
      await handle.truncate(size).catch(() => undefined);
      waiting = [...lines, ...waiting];
      waitingLength += bytes.length;
      plan();
    }
  };
  const plan = (): void => {
    timer ??= setTimeout(() => {
      writing = writing.then(flush);
    }, writeEveryMs).unref();
  };

  return {
    write(entry) {
      if (waitingLength > mostWaiting) return;
      const line = `${JSON.stringify(entry)}\n`;
      waiting.push(line);
      waitingLength += line.length;
      plan();
    },
    full: () => size + waitingLength >= limitBytes,
    problem: () => problem,
    async close() {
      await writing;
      await flush();
      // Set again where the disk does not take it even now.
      if (timer) clearTimeout(timer);
      await handle.close();
    },
  };
}

import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { EngineError, type ErrorCode } from '#contract/errors';

/** Who has a lock. */
export interface LockHolder {
  pid: number;
  host: string;
  /** What the holder calls itself: "the Recsmith window", "recsmith train". */
  holder: string;
  since: string;
}

export interface Lock {
  release(): Promise<void>;
}

/** How it is said that somebody else has the lock. */
export interface Refusal {
  code: ErrorCode;
  words(other: LockHolder): string;
}

/** A process of this machine that can still be signalled. EPERM means that it lives and belongs to somebody else. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readHolder(file: string): Promise<LockHolder | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LockHolder;
  } catch {
    return null;
  }
}

const notWritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

function unwritable(file: string, code: string, cause: unknown): EngineError {
  const folder = path.dirname(file);
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const words = full ? 'its disk is full. Free some space' : 'this user may not write there. Change its rights, or work on a copy of it';
  return new EngineError('unreadable_file', `${folder} cannot be written to (${code}): ${words}.`, { folder }, { cause });
}

/**
 * Takes a lock, which is a file that names its holder, or throws the refusal. The lock of a dead process is taken over.
 * A folder that takes no files is `unreadable_file`.
 * Another machine's lock (a shared folder) is never taken over: its processes cannot be seen from here.
 */
export async function acquireLock(file: string, holder: string, refusal: Refusal): Promise<Lock> {
  const mine: LockHolder = { pid: process.pid, host: hostname(), holder, since: new Date().toISOString() };
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(JSON.stringify(mine));
      await handle.close();
      return { release: () => release(file, mine) };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== undefined && notWritable.has(code)) throw unwritable(file, code, error);
      if (code !== 'EEXIST') throw error;
    }
    const other = await readHolder(file);
    // Half a lock is one that is being written just now, or that a crash left: wait a moment, then treat it as stale.
    if (!other && attempt < 2) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    if (other && (other.host !== mine.host || other.pid === process.pid || isAlive(other.pid)))
      throw new EngineError(refusal.code, refusal.words(other), { pid: other.pid, host: other.host, holder: other.holder });
    // Only one of several that find a stale lock gets to move it aside.
    const aside = `${file}.${randomBytes(4).toString('hex')}.stale`;
    await rename(file, aside).catch(() => undefined);
    await rm(aside, { force: true });
  }
  throw new EngineError(refusal.code, `${file} could not be taken: others keep taking it. Try again in a moment.`);
}

async function release(file: string, mine: LockHolder): Promise<void> {
  const holder = await readHolder(file);
  if (holder?.pid === mine.pid && holder.since === mine.since) await rm(file, { force: true });
}

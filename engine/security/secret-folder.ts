import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import { acquireLock, type Lock, type LockHolder } from '../files/lock.ts';

/** Nobody but the user who serves. */
export const privateFile = 0o600;
const privateFolder = 0o700;

const waitMs = 10_000;
const lookEveryMs = 10;

/** A folder that one user alone may read, changed by one process at a time: the engine, its server and the command line share it. */
export interface SecretFolder {
  path: string;
  file(name: string): string;
  /** One change after the other, of this process and of others. Throws `unavailable` where another holds the folder for longer than a change takes. */
  alone<R>(work: () => Promise<R>): Promise<R>;
}

const refusal = {
  code: 'unavailable' as const,
  words: ({ pid, holder }: LockHolder) =>
    `The keys and the audit log are being changed by process ${pid} (${holder}). Try again in a moment; end that process if it hangs.`,
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function take(file: string): Promise<Lock> {
  const giveUpMs = performance.now() + waitMs;
  for (;;) {
    try {
      return await acquireLock(file, 'Recsmith', refusal);
    } catch (error) {
      const busy = error instanceof EngineError && error.code === 'unavailable';
      if (!busy || performance.now() > giveUpMs) throw error;
      await wait(lookEveryMs);
    }
  }
}

/** What the disk refuses, as something that a user can act on. */
function inWords(folder: string, error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  if (!full && !['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) return error;
  const words = full ? 'its disk is full. Free some space' : 'this user may not write there. Change its rights';
  return new EngineError('unavailable', `${folder} cannot be written to (${code}): ${words}.`, { folder }, { cause: error });
}

async function prepare(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: privateFolder });
    // A folder that was there already may have been made with other rights.
    await chmod(folder, privateFolder);
  } catch (error) {
    throw inWords(folder, error);
  }
}

/** @param folder made at the first change */
export function secretFolder(folder: string): SecretFolder {
  let last: Promise<unknown> = Promise.resolve();
  const work = async <R>(change: () => Promise<R>): Promise<R> => {
    await prepare(folder);
    const lock = await take(path.join(folder, 'lock'));
    try {
      return await change();
    } catch (error) {
      throw inWords(folder, error);
    } finally {
      await lock.release();
    }
  };
  return {
    path: folder,
    file: (name) => path.join(folder, name),
    alone(change) {
      const done = last.then(() => work(change));
      last = done.catch(() => undefined);
      return done;
    },
  };
}

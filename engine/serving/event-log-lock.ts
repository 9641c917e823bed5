import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import { acquireLock, type Lock } from '../files/lock.ts';

/** So long a server is waited for that stops just now, because who started it is gone. */
const waitMs = 3000;
const pauseMs = 200;

/**
 * Makes this process the one that writes to a folder of events. Throws `conflict` that names the server which does; the lock of one that died
 * is taken over.
 */
export async function lockEventLog(folder: string): Promise<Lock> {
  await mkdir(folder, { recursive: true });
  const refusal = {
    code: 'conflict',
    words: (other: { pid: number; host: string; since: string }) =>
      `Another server (process ${other.pid} on ${other.host}, since ${other.since}) keeps what it receives in ${folder}. Stop it first, or serve a copy of the bundle in another folder.`,
  } as const;
  for (let waited = 0; ; waited += pauseMs) {
    try {
      return await acquireLock(path.join(folder, 'server.lock'), 'a server', refusal);
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'conflict') || waited >= waitMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

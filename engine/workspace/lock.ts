import path from 'node:path';
import { acquireLock, type Lock } from '../files/lock.ts';

/** Takes the lock of a workspace, or throws `workspace_locked` naming who has it. */
export function lockWorkspace(file: string, holder: string): Promise<Lock> {
  return acquireLock(file, holder, {
    code: 'workspace_locked',
    words: (other) =>
      `The workspace ${path.dirname(file)} is open in ${other.holder} (process ${other.pid} on ${other.host}, since ${other.since}). Close it there, then try again.`,
  });
}

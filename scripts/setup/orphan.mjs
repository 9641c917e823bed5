// A child that outlived the set-up that started it.
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './folders.mjs';
import { isAlive } from './lock.mjs';
import { readJson } from './stamp.mjs';

const PATIENCE_MS = 300_000;

/**
 * Ends the process that a file names, or waits for its end where it cannot be told for sure that it is ours.
 * @param {string} file
 * @param {import('./say.mjs').Say} say
 */
export async function endOrphan(file, say) {
  const pid = readJson(file)?.pid;
  if (!Number.isInteger(pid) || !mayBeOurs(pid)) return;
  say.line(`an npm of an interrupted set-up is still at work (process ${pid}), ending it`);
  // Only where /proc proved whose it is: a process id alone may by now belong to anybody.
  if (fs.existsSync('/proc/self/cwd')) process.kill(pid, 'SIGKILL');
  const until = Date.now() + PATIENCE_MS;
  while (mayBeOurs(pid) && Date.now() < until) await sleep(200);
}

/** @param {number} pid */
function mayBeOurs(pid) {
  if (!isAlive(pid)) return false;
  if (!fs.existsSync('/proc/self/cwd')) return true;
  try {
    return fs.readlinkSync(`/proc/${pid}/cwd`) === fs.realpathSync(root) && fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('npm');
  } catch {
    return false;
  }
}

// One set-up at a time: a file with a process id, touched while its owner lives.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT_MS = 5000;
const STALE_MS = 60_000;

/**
 * Runs `work` while holding the lock, after waiting for whoever holds it. A lock whose owner died is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(owner: number) => void} [onWait] told once, with the owner's process id
 * @returns {Promise<T>}
 */
export async function withLock(file, work, onWait) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; !take(file); ) {
    const owner = ownerOf(file);
    if (owner && !told) {
      told = true;
      onWait?.(owner);
    }
    await sleep(200);
  }
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if (ownerOf(file) === process.pid) fs.rmSync(file, { force: true });
  }
}

/** @param {string} file */
function take(file) {
  if (create(file)) return true;
  if (!isStale(file)) return false;
  // Two that find a dead owner must not both remove the lock, or the second removes the first one's new lock.
  const broom = `${file}.broom`;
  if (!create(broom)) {
    if (ageOf(broom) > HEARTBEAT_MS) fs.rmSync(broom, { force: true });
    return false;
  }
  try {
    if (isStale(file)) fs.rmSync(file, { force: true });
    return create(file);
  } finally {
    fs.rmSync(broom, { force: true });
  }
}

/** @param {string} file */
function create(file) {
  // A link of a finished file: nobody ever reads a lock without its owner.
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  fs.writeFileSync(draft, `${process.pid}\n`);
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    // No hard links on this file system.
    return createExclusive(file);
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/** @param {string} file */
function createExclusive(file) {
  try {
    fs.writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} file */
function isStale(file) {
  const owner = ownerOf(file);
  const age = ageOf(file);
  if (age === 0) return false;
  if (owner === undefined) return age > HEARTBEAT_MS;
  return !isAlive(owner) || age > STALE_MS;
}

/** @param {string} file @returns {number | undefined} */
function ownerOf(file) {
  try {
    const pid = Number.parseInt(fs.readFileSync(file, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function ageOf(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? Math.max(1, Date.now() - stat.mtimeMs) : 0;
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** @param {string} file */
function touch(file) {
  const now = new Date();
  try {
    fs.utimesSync(file, now, now);
  } catch {
    // The folder is gone: the next step says so better than a timer can.
  }
}

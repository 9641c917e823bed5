// Fetches pinned wheels with pip, so that the mirrors, proxies and certificates that pip is configured with hold here too.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { lastLines, run } from './run.mjs';
import { megabytes } from './say.mjs';

const ATTEMPTS = 3;
const STALLED_MS = 120_000;

/**
 * @typedef {object} Wheel
 * @property {string} name
 * @property {string} version
 * @property {string} file
 * @property {string} sha256
 * @property {number} [bytes]
 */

/** @param {string} file @returns {Promise<string>} */
export async function sha256File(file) {
  const hash = createHash('sha256');
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * Throws where a file is not, byte for byte, the pinned one.
 * @param {string} file
 * @param {string} sha256
 */
export async function verifyFile(file, sha256) {
  const actual = await sha256File(file);
  if (actual !== sha256) {
    throw new Error(`${path.basename(file)} is not the pinned file: its SHA-256 is ${actual}, expected ${sha256}. It was not used.`);
  }
}

/**
 * Brings one wheel into `folder`, verified; a file that is there and right is kept.
 * @param {Wheel} wheel
 * @param {string} folder
 * @param {{ say: import('./say.mjs').Say; fetchInto?: typeof pipDownload }} options
 * @returns {Promise<string>} the wheel's path
 */
export async function fetchWheel(wheel, folder, { say, fetchInto = pipDownload }) {
  const target = path.join(folder, wheel.file);
  if (fs.existsSync(target)) {
    try {
      await verifyFile(target, wheel.sha256);
      return target;
    } catch {
      fs.rmSync(target);
    }
  }
  let reason = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const work = path.join(folder, `.tmp-${process.pid}`);
    fs.rmSync(work, { recursive: true, force: true });
    fs.mkdirSync(path.join(work, 'tmp'), { recursive: true });
    try {
      await fetchInto(wheel, work, say);
      await verifyFile(path.join(work, wheel.file), wheel.sha256);
      fs.renameSync(path.join(work, wheel.file), target);
      return target;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
      say.line(`${wheel.name} ${wheel.version}: attempt ${attempt} of ${ATTEMPTS} failed: ${reason}`);
      if (error instanceof NotOffered) break;
    } finally {
      fs.rmSync(work, { recursive: true, force: true });
    }
  }
  throw new Error(reason);
}

/** The index answered, and does not have it, or pip cannot run: trying again changes nothing. */
export class NotOffered extends Error {}

/**
 * @param {Wheel} wheel
 * @param {string} work an empty folder with a `tmp` in it
 * @param {import('./say.mjs').Say} say
 */
async function pipDownload(wheel, work, say) {
  const python = await findPip();
  if (!python) throw new NotOffered('Python 3 with pip was not found. Install python3 and python3-pip.');
  const platforms = ['manylinux_2_27_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64'].flatMap((tag) => ['--platform', tag]);
  const args = ['-m', 'pip', 'download', '--no-deps', '--no-cache-dir', '--only-binary=:all:', '--python-version', '3.11', ...platforms];
  args.push('--progress-bar', 'off', '--retries', '2', '--timeout', '30', '--dest', work, `${wheel.name}==${wheel.version}`);
  const stalled = new AbortController();
  const temporary = path.join(work, 'tmp');
  const watch = watchGrowth(temporary, (bytes, quietMs, rate) => {
    const total = wheel.bytes ? ` of ${megabytes(wheel.bytes)} (${Math.floor((100 * bytes) / wheel.bytes)} %)` : '';
    if (bytes > 0) say.progress(`${wheel.name} ${wheel.version}: ${megabytes(bytes)}${total}, ${megabytes(rate)}/s`);
    if (quietMs > STALLED_MS) stalled.abort();
  });
  const result = await run(python, args, { env: { ...process.env, TMPDIR: temporary, TEMP: temporary }, signal: stalled.signal });
  clearInterval(watch);
  if (stalled.signal.aborted) throw new Error(`nothing arrived for ${STALLED_MS / 1000} s`);
  if (result.code !== 0) {
    const text = lastLines(result, 3);
    throw /No matching distribution|No module named pip/.test(text) && !/connection|timed out|resolve/i.test(result.stderr)
      ? new NotOffered(text)
      : new Error(text);
  }
}

/** A Python 3 that has pip. @returns {Promise<string | undefined>} */
export async function findPip() {
  for (const name of [process.env.PYTHON, 'python3', 'python', 'py']) {
    if (name && (await run(name, ['-m', 'pip', '--version'])).code === 0) return name;
  }
  return undefined;
}

/**
 * @param {string} folder
 * @param {(bytes: number, quietMs: number, bytesPerSecond: number) => void} report
 */
function watchGrowth(folder, report) {
  const started = Date.now();
  let before = 0;
  let grew = started;
  return setInterval(() => {
    const bytes = sizeOf(folder);
    if (bytes !== before) grew = Date.now();
    before = bytes;
    report(bytes, Date.now() - grew, (1000 * bytes) / Math.max(1, Date.now() - started));
  }, 500);
}

/** @param {string} folder @returns {number} */
function sizeOf(folder) {
  let bytes = 0;
  try {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const full = path.join(folder, entry.name);
      bytes += entry.isDirectory() ? sizeOf(full) : (fs.statSync(full, { throwIfNoEntry: false })?.size ?? 0);
    }
  } catch {
    // pip removes its folders while we look.
  }
  return bytes;
}

// TensorFlow's C++ libraries and headers, out of the pinned wheels and into the cache.
import fs from 'node:fs';
import path from 'node:path';
import { fetchWheel, findPip } from './download.mjs';
import { removeLeftovers } from './leftovers.mjs';
import { withLock } from './lock.mjs';
import { lastLines, run } from './run.mjs';
import { megabytes, secondsSince } from './say.mjs';
import { readJson, writeJson } from './stamp.mjs';
import { TENSORFLOW_VERSION, tensorflowWheels } from './tensorflow-wheels.mjs';

/** Only what the binding needs: a wheel holds 15,000 files more. */
const KEEP = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/THIRD_PARTY_NOTICES.txt',
  'tensorflow/include/LICENSE',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/tsl/platform/ctstring',
  'tensorflow/include/xla/tsl/c/',
  'nvidia/',
];

const NEEDED_BYTES = { cpu: 1.3e9, gpu: 5e9 };

const UNPACK = `
import os, sys, zipfile
keep = tuple(sys.argv[3:])
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [n for n in wheel.namelist() if n.startswith(keep)])
`;

/**
 * @typedef {object} Libraries
 * @property {'cpu' | 'gpu'} variant
 * @property {string} folder holds `tensorflow/` and, for a GPU, `nvidia/`
 * @property {string} key names their exact bytes
 */

/**
 * @param {{ say: import('./say.mjs').Say; cache: string; variant: 'cpu' | 'gpu' }} options
 * @returns {Promise<Libraries>}
 */
export async function fetchLibraries({ say, cache, variant }) {
  const base = path.join(cache, 'tensorflow');
  const folder = path.join(base, `${TENSORFLOW_VERSION}-${variant}-linux-x64`);
  const key = tensorflowWheels[variant].map((wheel) => wheel.sha256).join('\n');
  const wait = (/** @type {number} */ owner) => say.line(`tensorflow: process ${owner} is fetching it already, waiting`);
  await withLock(path.join(cache, 'tensorflow.lock'), () => fetchOnce({ say, base, folder, key, variant }), wait);
  return { variant, folder, key };
}

/** @param {{ say: import('./say.mjs').Say; base: string; folder: string; key: string; variant: 'cpu' | 'gpu' }} options */
async function fetchOnce({ say, base, folder, key, variant }) {
  if (isComplete(folder, key)) return;
  fs.mkdirSync(base, { recursive: true });
  removeLeftovers(base);
  const disk = fs.statfsSync(base);
  const free = disk.bavail * disk.bsize;
  if (free < NEEDED_BYTES[variant]) {
    throw new Error(
      `TensorFlow needs ${megabytes(NEEDED_BYTES[variant])} in ${base}, where ${megabytes(free)} are free. Make room, or set XDG_CACHE_HOME.`,
    );
  }
  const work = path.join(base, `.tmp-${process.pid}-${variant}`);
  fs.mkdirSync(work, { recursive: true });
  try {
    for (const wheel of tensorflowWheels[variant]) {
      const started = performance.now();
      const file = await fetchWheel(wheel, base, { say });
      await unpack(file, work);
      say.line(`tensorflow: ${wheel.name} ${wheel.version} fetched, verified and unpacked in ${secondsSince(started)}`);
      fs.rmSync(file);
    }
    writeJson(path.join(work, '.complete.json'), { key, files: libraryNames.map((name) => sizeOf(path.join(work, 'tensorflow', name))) });
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(work, folder);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** The libraries that the binding is linked against. */
export const libraryNames = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** @param {string} folder @param {string} key */
function isComplete(folder, key) {
  const stamp = readJson(path.join(folder, '.complete.json'));
  return stamp?.key === key && libraryNames.every((name, i) => sizeOf(path.join(folder, 'tensorflow', name)) === stamp.files[i]);
}

/** @param {string} file */
function sizeOf(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? -1;
}

/** A wheel is a zip file, and Python, which fetched it, can open it. @param {string} wheel @param {string} folder */
async function unpack(wheel, folder) {
  const python = (await findPip()) ?? 'python3';
  const result = await run(python, ['-c', UNPACK, wheel, folder, ...KEEP]);
  if (result.code !== 0) throw new Error(`${path.basename(wheel)} could not be unpacked: ${lastLines(result, 2)}`);
}

// numpy for the second implementations in test/peers, beside the machine's Python and not in it. Without it those tests skip, and say so.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './folders.mjs';
import { run } from './run.mjs';
import { secondsSince } from './say.mjs';

const python = process.env.RECSMITH_PYTHON ?? 'python3';

/** The folder for a list of pinned packages, per version of Python; null where there is no Python. @param {string} list @param {string} cache */
async function folderFor(list, cache) {
  const version = (await run(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])).stdout.trim();
  if (!version) return null;
  const pins = createHash('sha256').update(fs.readFileSync(list)).digest('hex').slice(0, 12);
  return path.join(cache, 'peers', `${version}-${pins}`);
}

/** Packages into a folder of their own, which appears only when it is complete. @param {string} list @param {string} folder */
async function install(list, folder) {
  const draft = `${folder}.${process.pid}.tmp`;
  const words = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes', '--target', draft, '-r', list];
  const { code } = await run(python, words, { timeoutMs: 900_000 });
  if (code === 0) fs.renameSync(draft, folder);
  fs.rmSync(draft, { recursive: true, force: true });
  return code === 0;
}

/** @param {string} folder */
const pythonPath = (folder) => [folder, ...(process.env.PYTHONPATH ? [process.env.PYTHONPATH] : [])].join(path.delimiter);

/**
 * Makes `import numpy` work in the processes that are started from here.
 * @param {{ say: import('./say.mjs').Say; cache: string }} options
 */
export async function setUpPeers({ say, cache }) {
  if (await hasNumpy()) return;
  const list = path.join(root, 'tools', 'peers', 'requirements.txt');
  const folder = await folderFor(list, cache);
  if (!folder) return say.line(`peers: there is no ${python}, so the tests against numpy are skipped`);
  process.env.PYTHONPATH = pythonPath(folder);
  if (fs.existsSync(folder)) return;
  const started = performance.now();
  const done = await install(list, folder);
  say.line(
    done
      ? `peers: numpy installed in ${secondsSince(started)}`
      : 'peers: numpy could not be installed, so the tests against it are skipped',
  );
}

/**
 * The libraries that benches compare with, installed when a bench first asks for them (about 1.7 GB).
 * @param {string} cache
 * @returns {Promise<{ python: string; pythonPath: string } | null>} null where they cannot be had, with the reason on stderr
 */
export async function benchPeers(cache) {
  const list = path.join(root, 'tools', 'peers', 'bench-requirements.txt');
  const folder = await folderFor(list, cache);
  if (folder && !fs.existsSync(folder)) {
    process.stderr.write('The libraries to compare with are being installed, once …\n');
    await install(list, folder);
  }
  if (folder && fs.existsSync(folder)) return { python, pythonPath: pythonPath(folder) };
  process.stderr.write(
    folder
      ? 'They could not be installed: the bench goes without them.\n'
      : `There is no ${python}: the bench goes without the libraries to compare with.\n`,
  );
  return null;
}

async function hasNumpy() {
  return (await run(python, ['-c', 'import numpy'])).code === 0;
}

// numpy for the second implementations in test/peers, beside the machine's Python and not in it. Without it those tests skip, and say so.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './folders.mjs';
import { run } from './run.mjs';
import { secondsSince } from './say.mjs';

const requirements = path.join(root, 'tools', 'peers', 'requirements.txt');
const python = process.env.RECSMITH_PYTHON ?? 'python3';

/**
 * Makes `import numpy` work in the processes that are started from here.
 * @param {{ say: import('./say.mjs').Say; cache: string }} options
 */
export async function setUpPeers({ say, cache }) {
  if (await hasNumpy()) return;
  const version = (await run(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])).stdout.trim();
  if (!version) return say.line(`peers: there is no ${python}, so the tests against numpy are skipped`);
  const pins = createHash('sha256').update(fs.readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = path.join(cache, 'peers', `${version}-${pins}`);
  process.env.PYTHONPATH = [folder, ...(process.env.PYTHONPATH ? [process.env.PYTHONPATH] : [])].join(path.delimiter);
  if (fs.existsSync(folder)) return;

  const started = performance.now();
  const draft = `${folder}.${process.pid}.tmp`;
  const words = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '--target',
    draft,
    '-r',
    requirements,
  ];
  const { code } = await run(python, words, { timeoutMs: 300_000 });
  if (code === 0) fs.renameSync(draft, folder);
  fs.rmSync(draft, { recursive: true, force: true });
  say.line(
    code === 0
      ? `peers: numpy for Python ${version} installed in ${secondsSince(started)}`
      : 'peers: numpy could not be installed, so the tests against it are skipped',
  );
}

async function hasNumpy() {
  return (await run(python, ['-c', 'import numpy'])).code === 0;
}

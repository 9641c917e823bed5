// Fetches a real Prometheus (a Debian package, into the cache) and lets it read the metrics of our real server. On request only: it needs apt-get and dpkg.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { cacheFolder, root } from './setup/folders.mjs';
import { giveUp, setUp } from './setup.mjs';

/** @param {string} command @param {string[]} args @param {string} cwd */
function run(command, args, cwd) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error || status !== 0) {
    const words = error?.message ?? (stderr || stdout).trim().split('\n').slice(-5).join('\n');
    throw new Error(`${command} ${args.join(' ')} failed: ${words}`);
  }
}

/** The folder with prometheus and promtool, fetched once. @returns {string} */
function programs() {
  const folder = path.join(cacheFolder(), 'prometheus');
  const bin = path.join(folder, 'usr', 'bin');
  if (fs.existsSync(path.join(folder, 'complete'))) return bin;
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  run('apt-get', ['download', 'prometheus'], folder);
  const deb = fs.readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (!deb) throw new Error('apt-get downloaded no package of Prometheus.');
  run('dpkg', ['-x', deb, '.'], folder);
  fs.rmSync(path.join(folder, deb));
  fs.writeFileSync(path.join(folder, 'complete'), '');
  return bin;
}

async function main() {
  await setUp();
  const bin = programs();
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/engine/prometheus.test.ts'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, RECSMITH_PROMETHEUS: bin },
  });
  process.exitCode = status ?? 1;
}

main().catch(giveUp);

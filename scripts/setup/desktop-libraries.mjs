// What a window needs on a machine without a screen: Xvfb, and the Debian libraries that Electron links.
import fs from 'node:fs';
import path from 'node:path';
import { electronProgram } from './electron.mjs';
import { lastLines, run } from './run.mjs';
import { secondsSince } from './say.mjs';

/** Each with the names it goes by, newest Debian first. */
const PACKAGES = [
  ['xvfb'],
  ['xauth'],
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libnss3'],
  ['libasound2t64', 'libasound2'],
  ['libgbm1'],
  ['libxss1'],
  ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  ['libcups2t64', 'libcups2'],
  ['libdrm2'],
  ['libxkbcommon0'],
  ['fonts-dejavu-core'],
  ['dbus'],
];

/** Throws where something is missing and cannot be installed from here: a window test that is skipped proves nothing. @param {import('./say.mjs').Say} say */
export async function setUpDesktopLibraries(say) {
  if (process.platform !== 'linux') return;
  const missing = await findMissing();
  if (missing.length === 0) return;
  const byHand = `apt-get update && apt-get install -y --no-install-recommends ${PACKAGES.map((names) => names.at(-1)).join(' ')}`;
  const lacks = `The window tests lack ${missing.join(', ')}.`;
  if ((await run('apt-get', ['--version'])).code !== 0) {
    throw new Error(`${lacks} Install Xvfb and the libraries that Electron needs; on Debian: sudo sh -c '${byHand}'`);
  }
  if (process.getuid?.() !== 0) throw new Error(`${lacks} Run: sudo sh -c '${byHand}'`);

  const started = performance.now();
  say.line(`desktop libraries: installing with apt-get (missing: ${missing.join(', ')})`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  const names = await Promise.all(PACKAGES.map(offeredName));
  const result = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env });
  if (result.code !== 0) throw new Error(`${lacks} apt-get could not install it:\n${lastLines(result)}\nBy hand: ${byHand}`);
  const still = await findMissing();
  if (still.length > 0) throw new Error(`apt-get ran, and the window tests still lack ${still.join(', ')}.`);
  say.line(`desktop libraries: installed in ${secondsSince(started)}`);
}

async function findMissing() {
  const missing = (await run('sh', ['-c', 'command -v Xvfb'])).code === 0 ? [] : ['Xvfb'];
  const program = electronProgram();
  if (!program) throw new Error('The window tests need an Electron runtime. Run "npm run setup -- --retry" when online.');
  const libraries = await run('ldd', [program], { env: { ...process.env, LD_LIBRARY_PATH: path.dirname(program) } });
  for (const [, name] of libraries.stdout.matchAll(/^\s*(\S+) => not found/gm)) if (name) missing.push(name);
  // Loaded by name at run time, so the linker does not know it.
  if (!fs.existsSync('/usr/share/fonts')) missing.push('fonts');
  return missing;
}

/** @param {string[]} names */
async function offeredName(names) {
  for (const name of names) if ((await run('apt-cache', ['show', '--no-all-versions', name])).code === 0) return name;
  return /** @type {string} */ (names.at(-1));
}

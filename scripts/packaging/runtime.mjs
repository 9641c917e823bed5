// The Electron runtime that goes into the package.
import fs from 'node:fs';
import path from 'node:path';

/**
 * The runtime that set-up got, and whether it is the one that may be shipped.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ folder: string; version: string; official: boolean }}
 */
export function packagedRuntime(root, env = process.env) {
  const electron = path.join(root, 'node_modules', 'electron');
  const folder = env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(electron, 'dist');
  if (!fs.existsSync(folder)) throw new Error('There is no Electron runtime to package. Run "npm run setup" first.');
  const version = fs.readFileSync(path.join(folder, 'version'), 'utf8').trim().replace(/^v/, '');
  const wanted = JSON.parse(fs.readFileSync(path.join(electron, 'package.json'), 'utf8')).version;
  return { folder: fs.realpathSync(folder), version, official: version === wanted };
}

/**
 * Stops a package that must not be made: an out-of-support runtime is for development and tests.
 * @param {{ version: string; official: boolean }} runtime
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} what to say of a package that may be made, but not shipped
 */
export function refuseFallback(runtime, env = process.env) {
  if (runtime.official) return undefined;
  if (env.RECSMITH_ALLOW_FALLBACK_RUNTIME !== '1')
    throw new Error(
      `Only Electron ${runtime.version} is here, which stands in for the official runtime and is out of support: it must not be shipped. ` +
        'Run "npm run setup -- --retry" where the official one can be downloaded, or set RECSMITH_ALLOW_FALLBACK_RUNTIME=1 for a test on this machine.',
    );
  return `NOTICE: packaged with the stand-in runtime Electron ${runtime.version}. For a test on this machine only, never a release.`;
}

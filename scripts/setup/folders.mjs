// Where things are: the clone, what set-up remembers about it, and the cache that all clones share.
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** What set-up writes about this clone; git does not see it. */
export const runtimeFolder = path.join(root, '.runtime');

/**
 * The folder for downloads that outlive a clone.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [platform]
 * @param {string} [home]
 */
export function cacheFolder(env = process.env, platform = process.platform, home = os.homedir()) {
  if (env.XDG_CACHE_HOME) return path.join(env.XDG_CACHE_HOME, 'recsmith');
  if (platform === 'win32') return path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'recsmith');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'recsmith');
  return path.join(home, '.cache', 'recsmith');
}

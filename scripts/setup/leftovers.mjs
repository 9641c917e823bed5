import fs from 'node:fs';
import path from 'node:path';

/** Removes what a killed set-up left in a folder of the cache. For the holder of its lock: nobody else works there. @param {string} folder */
export function removeLeftovers(folder) {
  if (!fs.existsSync(folder)) return;
  for (const name of fs.readdirSync(folder)) {
    if (name.startsWith('.tmp-')) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

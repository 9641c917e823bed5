// node_modules as the lock says. Its stamp lies inside: `npm ci` removes the folder first, so a half-done one has none.
import fs from 'node:fs';
import path from 'node:path';
import { root, runtimeFolder } from './folders.mjs';
import { endOrphan } from './orphan.mjs';
import { lastLines, npmCommand, run } from './run.mjs';
import { secondsSince } from './say.mjs';
import { hashText, readJson, writeJson } from './stamp.mjs';

/** Names the npm that is at work: when set-up is killed it lives on for a while, and must not work beside the next one. */
const orphanFile = path.join(runtimeFolder, 'npm-ci.json');
const stampFile = path.join(root, 'node_modules', '.recsmith-setup.json');

/** @param {import('./say.mjs').Say} say */
export async function setUpNodeModules(say) {
  const lockText = fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8');
  const wanted = hashText(`${lockText}\0${process.platform}-${process.arch}`);
  if (readJson(stampFile)?.lock === wanted) return;
  if (installedAsLocked(JSON.parse(lockText), readJson(path.join(root, 'node_modules', '.package-lock.json')))) {
    writeJson(stampFile, { lock: wanted });
    return;
  }
  const started = performance.now();
  say.line('node modules: npm ci (a minute or two)');
  await endOrphan(orphanFile, say);
  let result = await npmCi();
  if (result.code !== 0) {
    say.line('node modules: npm ci failed, trying once more');
    fs.rmSync(path.join(root, 'node_modules'), { recursive: true, force: true, maxRetries: 5 });
    result = await npmCi();
  }
  if (result.code !== 0) throw new Error(`npm ci failed.\n${lastLines(result, 12)}`);
  writeJson(stampFile, { lock: wanted });
  say.line(`node modules: installed in ${secondsSince(started)}`);
}

async function npmCi() {
  const [npm, first] = npmCommand();
  const result = await run(npm, [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    onStart: (pid) => writeJson(orphanFile, { pid }),
  });
  fs.rmSync(orphanFile, { force: true });
  return result;
}

/**
 * Did somebody's own `npm install` bring exactly what the lock names? npm writes its hidden lock when it is done.
 * @param {{ packages: Record<string, { version?: string; integrity?: string; optional?: boolean; devOptional?: boolean; peer?: boolean }> }} lock
 * @param {{ packages: Record<string, { version?: string; integrity?: string }> } | undefined} hidden
 */
export function installedAsLocked(lock, hidden) {
  if (!hidden?.packages) return false;
  for (const [name, locked] of Object.entries(lock.packages)) {
    if (name === '') continue;
    const installed = hidden.packages[name];
    if (!installed && (locked.optional || locked.devOptional)) continue;
    if (installed?.version !== locked.version || installed?.integrity !== locked.integrity) return false;
  }
  return Object.keys(hidden.packages).every((name) => name in lock.packages);
}

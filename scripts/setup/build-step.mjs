// Builds dist when the sources changed since it was built.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './folders.mjs';
import { lastLines, run } from './run.mjs';
import { secondsSince } from './say.mjs';
import { hashTree, readJson } from './stamp.mjs';
import { updateState } from './state.mjs';

export const SOURCES = [
  'engine',
  'electron',
  'renderer',
  'resources',
  'scripts/build.mjs',
  'vite.config.ts',
  'package.json',
  'package-lock.json',
];

/** @param {import('./say.mjs').Say} say */
export async function setUpBuild(say) {
  const hash = hashTree(root, SOURCES);
  if (readJson(path.join(root, 'dist', 'build.json'))?.sources === hash) return;
  const started = performance.now();
  const result = await run(process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--sources', hash], { cwd: root });
  if (result.code !== 0) throw new Error(`The build failed.\n${lastLines(result, 30)}`);
  // The renderer's folder and the engine's bundles are swapped in by the build itself; its stamp comes last.
  if (!fs.existsSync(path.join(root, 'dist', 'build.json'))) throw new Error('The build wrote no stamp. Remove dist and try again.');
  updateState({ build: hash });
  say.line(`build: done in ${secondsSince(started)}`);
}

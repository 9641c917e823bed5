// `npm run check`: types, lint and format, imports, dead code. Runs on what is installed, and prints a table.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup/folders.mjs';
import { run } from './setup/run.mjs';
import { setUp } from './setup.mjs';

const bin = (/** @type {string} */ file) => path.join(root, 'node_modules', file);
const tsc = (/** @type {string} */ project) => [bin('typescript-native/bin/tsc'), '-p', project];

/** Name → the Node program and its arguments. @type {[string, string[]][]} */
const checks = [
  ['types: engine, electron, tests', tsc('tsconfig.json')],
  ['types: renderer', tsc('renderer/tsconfig.json')],
  ['types: contract and math, without Node or DOM', tsc('engine/contract/tsconfig.json')],
  ['types: scripts', tsc('scripts/tsconfig.json')],
  ['lint and format', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '--max-diagnostics=50', '.']],
  ['imports', [path.join(root, 'scripts', 'check-imports.mjs')]],
  ['dead code', [bin('knip/bin/knip.js'), '--no-progress']],
];

/** @returns {Promise<import('./testing/summary.mjs').Outcome>} one test for each check */
export async function runChecks() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const rows = [];
  for (const [name, args] of checks) {
    const started = performance.now();
    const result = await run(process.execPath, args, { cwd: root });
    const ok = result.code === 0;
    if (ok) counts.passed++;
    else {
      counts.failed++;
      process.stdout.write(`\n--- ${name}\n${result.stdout}${result.stderr}\n`);
    }
    rows.push(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(46)} ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s`);
  }
  process.stdout.write(`${rows.join('\n')}\n`);
  return { name: 'checks', counts, code: counts.failed === 0 ? 0 : 1 };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await setUp({ quiet: true, build: false });
  process.exitCode = (await runChecks()).code;
}

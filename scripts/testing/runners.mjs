// The test runners, each to its end and to its report.
import fs from 'node:fs';
import path from 'node:path';
import { foreground, productEnvironment } from '../environment.mjs';
import { root, runtimeFolder } from '../setup/folders.mjs';
import { readJson } from '../setup/stamp.mjs';
import { countPlaywright, countVitest } from './summary.mjs';
import { withDisplay } from './xvfb.mjs';

const bin = (/** @type {string} */ file) => path.join(root, 'node_modules', file);

/** @param {string} name @returns {string} an empty place for a report: an old one must not pass for a new one */
function reportFile(name) {
  const file = path.join(runtimeFolder, 'reports', `${name}.json`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(file, { force: true });
  return file;
}

/** @param {string[]} args @returns {Promise<import('./summary.mjs').Outcome>} */
export async function runVitest(args = []) {
  const file = reportFile('unit');
  const code = await foreground(process.execPath, [
    bin('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...args,
  ]);
  return { name: 'unit', counts: countVitest(readJson(file)), code };
}

/** @param {string[]} args @returns {Promise<import('./summary.mjs').Outcome>} */
export async function runPlaywright(args = []) {
  const file = reportFile('window');
  try {
    const code = await withDisplay((display) => {
      const env = { ...productEnvironment(), ...display, PLAYWRIGHT_JSON_OUTPUT_FILE: file };
      const config = path.join('test', 'e2e', 'playwright.config.ts');
      return foreground(process.execPath, [bin('@playwright/test/cli.js'), 'test', '-c', config, '--reporter=list,json', ...args], env);
    });
    return { name: 'window', counts: countPlaywright(readJson(file)), code };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return { name: 'window', counts: null, code: 1 };
  }
}

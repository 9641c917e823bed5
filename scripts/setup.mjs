// Makes a clone ready: node modules, Electron, TensorFlow, the build, and for the tests what a window needs.
// Uses nothing but Node itself, since it runs before anything is installed. Each step looks first, and is silent when there is nothing to do.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { setUpBuild } from './setup/build-step.mjs';
import { setUpDesktopLibraries } from './setup/desktop-libraries.mjs';
import { setUpElectron } from './setup/electron.mjs';
import { cacheFolder, runtimeFolder } from './setup/folders.mjs';
import { withLock } from './setup/lock.mjs';
import { setUpNodeModules } from './setup/node-modules.mjs';
import { setUpPeers } from './setup/peers.mjs';
import { createSay, secondsSince } from './setup/say.mjs';
import { setUpTensorFlow } from './setup/tensorflow.mjs';

/**
 * @param {object} [options]
 * @param {boolean} [options.tests] also Xvfb and the libraries for the window tests
 * @param {boolean} [options.quiet] messages to stderr, because stdout belongs to a command's answer
 * @param {boolean} [options.retry] try the better ways again that did not work before
 * @param {boolean} [options.build] false: leave dist alone
 */
export async function setUp({ tests = false, quiet = false, retry = false, build = true } = {}) {
  const started = performance.now();
  const say = createSay(quiet ? process.stderr : process.stdout);
  requireNode();
  const cache = cacheFolder();
  const wait = (/** @type {number} */ owner) => say.line(`another set-up of this clone is running (process ${owner}), waiting for it`);
  await withLock(
    path.join(runtimeFolder, 'setup.lock'),
    async () => {
      await setUpNodeModules(say);
      await setUpElectron({ say, cache, retry });
      await setUpTensorFlow({ say, cache, retry });
      if (tests) await setUpDesktopLibraries(say);
      if (tests) await setUpPeers({ say, cache });
      if (build) await setUpBuild(say);
    },
    wait,
  );
  if (!quiet || performance.now() - started > 2000) say.line(`ready in ${secondsSince(started)}`);
}

function requireNode() {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < 20)
    throw new Error(`Recsmith needs Node 20 or newer; this is ${process.versions.node}. Install a newer one from nodejs.org.`);
}

/** The end of a script whose set-up failed: what is wrong, without a stack. @param {unknown} error @returns {never} */
export function giveUp(error) {
  process.stderr.write(`[setup] FAILED: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const flags = process.argv.slice(2);
  const unknown = flags.find((flag) => !['--retry', '--tests', '--no-build'].includes(flag));
  if (unknown) giveUp(new Error(`There is no option ${unknown}. Known: --retry, --tests, --no-build.`));
  await setUp({ retry: flags.includes('--retry'), tests: flags.includes('--tests'), build: !flags.includes('--no-build') }).catch(giveUp);
}

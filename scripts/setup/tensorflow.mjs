// TensorFlow for @tensorflow/tfjs-node-gpu: already there → pinned wheel and compiler → the package's own installer → WebAssembly.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './folders.mjs';
import { lastLines, reachable, run } from './run.mjs';
import { secondsSince } from './say.mjs';
import { readState, updateState } from './state.mjs';
import { placeBinding } from './tensorflow-binding.mjs';
import { fetchLibraries } from './tensorflow-libraries.mjs';
import { TENSORFLOW_VERSION } from './tensorflow-wheels.mjs';

const packageFolder = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');

/**
 * @typedef {Omit<import('./state.mjs').TensorFlowState, 'key'>} Outcome
 * @param {{ say: import('./say.mjs').Say; cache: string; retry: boolean }} options
 */
export async function setUpTensorFlow({ say, cache, retry }) {
  const known = readState().tensorflow;
  if (known && known.key === bindingKey() && !retry) return;
  const started = performance.now();
  const outcome = await choose(say, cache, retry);
  say.line(`tensorflow: ${outcome.reason} (${secondsSince(started)})`);
  if (outcome.improve) say.line(`tensorflow: NOTICE: ${outcome.improve}`);
  updateState({ tensorflow: { ...outcome, key: bindingKey() } });
}

/** @param {import('./say.mjs').Say} say @param {string} cache @param {boolean} retry @returns {Promise<Outcome>} */
async function choose(say, cache, retry) {
  const variant = (await hasNvidiaDriver()) ? 'gpu' : 'cpu';
  const present = await probe();
  if (present.version && !retry) {
    return { source: 'present', variant, version: present.version, reason: `TensorFlow ${present.version} was already there and loads` };
  }
  /** @type {string[]} */
  const failures = [];
  for (const wanted of variant === 'gpu' ? /** @type {const} */ (['gpu', 'cpu']) : /** @type {const} */ (['cpu'])) {
    try {
      return await fromWheel(say, cache, wanted);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
      say.line(`tensorflow: the ${wanted === 'gpu' ? 'GPU' : 'CPU'} wheel could not be used: ${failures.at(-1)}`);
    }
  }
  const stock = await fromStockInstaller(say, variant);
  if (typeof stock === 'object') return stock;
  say.line(`tensorflow: ${stock}`);
  removeNative();
  return {
    source: 'wasm',
    variant: 'cpu',
    version: 'WebAssembly',
    reason: 'the WebAssembly backend, on the CPU: native TensorFlow is not installed',
    improve: `Training is slower on WebAssembly. ${failures[0] ?? stock} Then run "npm run setup -- --retry".`,
  };
}

/** @param {import('./say.mjs').Say} say @param {string} cache @param {'cpu' | 'gpu'} variant @returns {Promise<Outcome>} */
async function fromWheel(say, cache, variant) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`no wheel is pinned for ${process.platform} ${process.arch}.`);
  const libraries = await fetchLibraries({ say, cache, variant });
  await placeBinding({ say, cache, libraries, packageFolder });
  const found = await probe();
  if (!found.version) throw new Error(`the binding was built, but does not load: ${found.error}`);
  const device = variant === 'gpu' ? 'with CUDA' : 'for the CPU: no NVIDIA driver was found';
  return { source: 'wheel', variant, version: found.version, reason: `TensorFlow ${TENSORFLOW_VERSION} from its Python wheel, ${device}` };
}

/** @param {import('./say.mjs').Say} say @param {'cpu' | 'gpu'} variant @returns {Promise<Outcome | string>} what was installed, or why not */
async function fromStockInstaller(say, variant) {
  const host = process.env.TFJS_NODE_CDN_STORAGE ?? process.env.CDN_STORAGE ?? 'https://storage.googleapis.com/';
  if (!(await reachable(host))) return 'the download site of @tensorflow/tfjs-node-gpu cannot be reached.';
  say.line("tensorflow: trying the package's own installer");
  const bin = path.join(root, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` };
  const args = [path.join(packageFolder, 'scripts', 'install.js'), variant, 'download'];
  const result = await run(process.execPath, args, { cwd: packageFolder, env, timeoutMs: 900_000 });
  const found = await probe();
  if (!found.version) return `the package's own installer did not help: ${lastLines(result, 2) || found.error}`;
  return { source: 'stock', variant, version: found.version, reason: `TensorFlow ${found.version} from the package's own installer` };
}

/** Loads the binding in a process of its own: one that does not fit crashes, and must not take set-up along. */
async function probe() {
  if (!fs.existsSync(path.join(packageFolder, 'lib'))) return { error: 'there is no binding.' };
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' };
  const result = await run(process.execPath, [path.join(root, 'scripts', 'setup', 'tensorflow-probe.cjs')], {
    cwd: root,
    env,
    timeoutMs: 120_000,
  });
  const line = result.stdout.split('\n').find((text) => text.startsWith('{"version"'));
  if (result.code === 0 && line) return { version: /** @type {string} */ (JSON.parse(line).version) };
  return { error: lastLines(result, 2) || `it ended with code ${result.code}.` };
}

async function hasNvidiaDriver() {
  if (fs.existsSync('/proc/driver/nvidia/version')) return true;
  return (await run('nvidia-smi', ['-L'], { timeoutMs: 10_000 })).code === 0;
}

function removeNative() {
  for (const name of ['lib', 'deps']) fs.rmSync(path.join(packageFolder, name), { recursive: true, force: true });
}

/** Changes when the binding or its library does: npm ci, a rebuild, a removed cache. */
function bindingKey() {
  const parts = [];
  for (const folder of ['lib/napi-v8', 'deps/lib']) {
    const full = path.join(packageFolder, folder);
    if (!fs.existsSync(full)) continue;
    for (const name of fs.readdirSync(full).sort()) {
      const stat = fs.statSync(path.join(full, name), { throwIfNoEntry: false });
      parts.push(`${name}:${stat?.size}:${Math.round(stat?.mtimeMs ?? 0)}`);
    }
  }
  return parts.join(' ') || 'none';
}

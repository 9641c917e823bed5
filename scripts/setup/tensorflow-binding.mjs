// The binding between Node and TensorFlow: compiled once per machine with one compiler call, then placed where the package looks for it.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './folders.mjs';
import { lastLines, run } from './run.mjs';
import { secondsSince } from './say.mjs';
import { hashText, hashTree } from './stamp.mjs';
import { libraryNames } from './tensorflow-libraries.mjs';

const NAPI_VERSION = 8;
const FLAGS = ['-O2', '-shared', '-fPIC', '-std=c++17', `-DNAPI_VERSION=${NAPI_VERSION}`];
const SOURCES = ['tfjs_backend.cc', 'tfjs_binding.cc'];

/**
 * @param {{ say: import('./say.mjs').Say; cache: string; libraries: import('./tensorflow-libraries.mjs').Libraries; packageFolder: string }} options
 */
export async function placeBinding({ say, cache, libraries, packageFolder }) {
  const binding = await compiledBinding({ say, cache, libraries, packageFolder });
  const lib = path.join(packageFolder, 'deps', 'lib');
  const target = path.join(packageFolder, 'lib', `napi-v${NAPI_VERSION}`);
  for (const folder of [path.dirname(lib), path.dirname(target)]) fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(lib, { recursive: true });
  fs.mkdirSync(target, { recursive: true });
  for (const name of libraryNames) linkOrCopy(path.join(libraries.folder, 'tensorflow', name), path.join(lib, name));
  const notices = path.join(libraries.folder, 'tensorflow', 'THIRD_PARTY_NOTICES.txt');
  if (fs.existsSync(notices)) fs.copyFileSync(notices, path.join(path.dirname(lib), 'THIRD_PARTY_NOTICES.txt'));
  // TensorFlow looks for CUDA beside itself, in ../nvidia.
  if (libraries.variant === 'gpu') fs.symlinkSync(path.join(libraries.folder, 'nvidia'), path.join(packageFolder, 'deps', 'nvidia'), 'dir');
  // Last: without it the package counts as not installed.
  fs.copyFileSync(binding, path.join(target, 'tfjs_binding.node'));
}

/**
 * @param {{ say: import('./say.mjs').Say; cache: string; libraries: import('./tensorflow-libraries.mjs').Libraries; packageFolder: string }} options
 * @returns {Promise<string>}
 */
async function compiledBinding({ say, cache, libraries, packageFolder }) {
  const headers = path.join(root, 'node_modules', 'node-api-headers', 'include');
  const key = hashText([libraries.key, hashTree(packageFolder, ['binding']), hashTree(headers, ['.']), ...FLAGS].join('\0'));
  const folder = path.join(cache, 'tensorflow', 'bindings', key.slice(0, 32));
  const file = path.join(folder, 'tfjs_binding.node');
  if (fs.existsSync(file)) return file;

  const compiler = await findCompiler();
  if (!compiler) throw new Error('no C++ compiler was found. Install g++ (Debian: apt-get install g++).');
  const started = performance.now();
  say.line(`tensorflow: compiling the binding with ${compiler}`);
  fs.mkdirSync(folder, { recursive: true });
  const draft = path.join(folder, `.tmp-${process.pid}.node`);
  const source = path.join(libraries.folder, 'tensorflow');
  const result = await run(compiler, [
    ...FLAGS,
    `-I${headers}`,
    `-I${path.join(source, 'include')}`,
    ...SOURCES.map((name) => path.join(packageFolder, 'binding', name)),
    `-L${source}`,
    ...libraryNames.map((name) => `-l:${name}`),
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
    '-o',
    draft,
  ]);
  if (result.code !== 0) throw new Error(`the binding could not be compiled: ${lastLines(result)}`);
  fs.renameSync(draft, file);
  say.line(`tensorflow: compiled in ${secondsSince(started)}`);
  return file;
}

async function findCompiler() {
  for (const name of [process.env.CXX, 'g++', 'clang++', 'c++']) {
    if (name && (await run(name, ['--version'])).code === 0) return name;
  }
  return undefined;
}

/** A hard link, so that packaging finds a real file; a copy costs 850 MB more. @param {string} from @param {string} to */
function linkOrCopy(from, to) {
  for (const attempt of [fs.linkSync, fs.symlinkSync, fs.copyFileSync]) {
    try {
      attempt(from, to);
      return;
    } catch (error) {
      if (attempt === fs.copyFileSync) throw error;
    }
  }
}

// Builds dist: CommonJS bundles for the processes that run on Node, and the page of the window.
import fs from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import asc from 'assemblyscript/asc';
import { rolldown } from 'rolldown';
import { build as viteBuild } from 'vite';
import { root, runtimeFolder } from './setup/folders.mjs';
import { hashTree, writeJson } from './setup/stamp.mjs';

const NATIVE = ['electron', '@duckdb/node-api', /^@duckdb\//, 'usearch', /^@tensorflow\//];
const SWAGGER_FILES = [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-standalone-preset.js',
  'favicon-32x32.png',
  'LICENSE',
  'NOTICE',
];

/** Bundle → entry. */
const BUNDLES = {
  'engine/main.cjs': 'engine/main.ts',
  'engine/trainer.cjs': 'engine/trainer.ts',
  'engine/server.cjs': 'engine/server.ts',
  'engine/cli.cjs': 'engine/cli/main.ts',
  'engine/worker.cjs': 'engine/kernels/worker.ts',
  'electron/main.cjs': 'electron/main.ts',
  'electron/preload.cjs': 'electron/preload.ts',
};

/** `import text from './file.ts?raw'` gives the text of a file, as Vite does. @type {import('rolldown').Plugin} */
const rawText = {
  name: 'raw-text',
  resolveId: (source, importer) => (source.endsWith('?raw') && importer ? path.resolve(path.dirname(importer), source) : null),
  load: (id) =>
    id.endsWith('?raw')
      ? { code: `export default ${JSON.stringify(fs.readFileSync(id.slice(0, -'?raw'.length), 'utf8'))};`, moduleType: 'js' }
      : null,
};

/**
 * One entry into one CommonJS file that runs on the oldest Node we know, the one inside the stand-in for Electron.
 * @param {string} entry
 * @param {string} file
 */
export async function bundleForNode(entry, file) {
  const bundle = await rolldown({
    input: entry,
    cwd: root,
    platform: 'node',
    external: [/^node:/, ...builtinModules, ...NATIVE, 'autocannon'],
    transform: { target: 'node18.15' },
    plugins: [rawText],
    logLevel: 'warn',
  });
  // An import() that stays an import() fails inside app.asar: `dynamicImportInCjs: false` makes it a require().
  await bundle.write({ file, format: 'cjs', sourcemap: true, codeSplitting: false, dynamicImportInCjs: false });
  await bundle.close();
}

/** The kernels of engine/kernels/assembly as one WebAssembly module with SIMD on shared memory. @param {string} file */
async function buildKernels(file) {
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'threads'];
  const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
  const { error, stderr } = await asc.main([
    'engine/kernels/assembly/index.ts',
    ...options,
    ...memory,
    '--baseDir',
    root,
    '-o',
    path.relative(root, file),
  ]);
  if (error) throw new Error(`The kernels could not be compiled.\n${stderr.toString()}`);
}

/** Everything into a folder of its own, which takes the place of dist in one move: a build that fails leaves the old one. @param {string} sources */
async function buildAll(sources) {
  const started = performance.now();
  const missing = [...Object.values(BUNDLES), 'renderer/index.html'].filter((entry) => !fs.existsSync(path.join(root, entry)));
  if (missing.length > 0) throw new Error(`There is nothing to build at ${missing.join(', ')}.`);
  const draft = path.join(runtimeFolder, `build-${process.pid}`);
  try {
    for (const [file, entry] of Object.entries(BUNDLES)) await bundleForNode(path.join(root, entry), path.join(draft, file));
    await buildKernels(path.join(draft, 'engine', 'kernels.wasm'));
    const bundled = performance.now();
    await viteBuild({
      root: path.join(root, 'renderer'),
      configFile: path.join(root, 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: path.join(draft, 'renderer') },
    });
    const swagger = path.join(root, 'node_modules', 'swagger-ui-dist');
    fs.mkdirSync(path.join(draft, 'resources', 'swagger'), { recursive: true });
    for (const name of SWAGGER_FILES) fs.copyFileSync(path.join(swagger, name), path.join(draft, 'resources', 'swagger', name));
    swapIn(draft, path.join(root, 'dist'));
    writeJson(path.join(root, 'dist', 'build.json'), { sources });
    process.stdout.write(`built: bundles ${Math.round(bundled - started)} ms, page ${Math.round(performance.now() - bundled)} ms\n`);
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

/** @param {string} draft @param {string} dist */
function swapIn(draft, dist) {
  fs.mkdirSync(dist, { recursive: true });
  fs.rmSync(path.join(dist, 'build.json'), { force: true });
  for (const name of fs.readdirSync(draft)) {
    const old = path.join(draft, `.old-${name}`);
    if (fs.existsSync(path.join(dist, name))) fs.renameSync(path.join(dist, name), old);
    fs.renameSync(path.join(draft, name), path.join(dist, name));
  }
}

if (process.argv[1] === import.meta.filename || process.argv[1]?.endsWith(`${path.sep}build.mjs`)) {
  const at = process.argv.indexOf('--sources');
  const sources = at > 0 ? process.argv[at + 1] : undefined;
  try {
    await buildAll(sources ?? hashTree(root, (await import('./setup/build-step.mjs')).SOURCES));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}

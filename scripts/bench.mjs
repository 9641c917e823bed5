// `npm run bench -- NAME …`: bundles bench/NAME.ts as the product is bundled, and runs it; without a name it lists them.
// Every file that lies directly in bench/ is one; what they share lies in a folder below.
import fs from 'node:fs';
import path from 'node:path';
import { foreground, productEnvironment } from './environment.mjs';
import { cacheFolder, root } from './setup/folders.mjs';
import { benchPeers } from './setup/peers.mjs';
import { giveUp, setUp } from './setup.mjs';

const folder = path.join(root, 'bench');
const [name, ...rest] = process.argv.slice(2);
const names = fs
  .readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));

if (!name || !names.includes(name)) {
  process.stdout.write(`${name ? `There is no bench ${name}.\n` : ''}usage: npm run bench -- NAME\n\n`);
  for (const known of names) {
    // Its first comment says what it measures.
    const [, title] = /^(?:\/\/|\/\*\*) ?(.*?)(?: \*\/)?$/m.exec(fs.readFileSync(path.join(folder, `${known}.ts`), 'utf8')) ?? [];
    process.stdout.write(`  ${known.padEnd(18)} ${title ?? ''}\n`);
  }
  process.exitCode = name ? 2 : 0;
} else {
  await setUp({ quiet: true }).catch(giveUp);
  const { bundleForNode } = await import('./build.mjs');
  const file = path.join(root, 'dist', 'bench', `${name}.cjs`);
  await bundleForNode(path.join(folder, `${name}.ts`), file);
  const results = path.join(folder, 'results');
  fs.mkdirSync(results, { recursive: true });
  process.chdir(root);
  const env = { ...productEnvironment(), RECSMITH_BENCH_RESULTS: results };
  // A bench that names the variable has a Python program to compare with.
  const peers = fs.readFileSync(path.join(folder, `${name}.ts`), 'utf8').includes('RECSMITH_BENCH_PYTHON')
    ? await benchPeers(cacheFolder())
    : null;
  if (peers) Object.assign(env, { RECSMITH_BENCH_PYTHON: peers.python, PYTHONPATH: peers.pythonPath });
  process.exitCode = await foreground(process.execPath, ['--expose-gc', file, ...rest], env);
}

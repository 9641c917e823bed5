// `npm start`: sets up, then opens the window; without a display it runs the same pipeline headless and serves.
import path from 'node:path';
import { foreground, hasDisplay } from './environment.mjs';
import { electronProgram } from './setup/electron.mjs';
import { root } from './setup/folders.mjs';
import { giveUp, setUp } from './setup.mjs';

const args = process.argv.slice(2);
const headless = args.includes('--headless');
const rest = args.filter((arg) => arg !== '--headless');

await setUp().catch(giveUp);

const program = electronProgram();
process.chdir(root);
if (!headless && hasDisplay() && program) {
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  process.exitCode = await foreground(program, [...flags, path.join(root, 'dist', 'electron', 'main.cjs'), ...rest]);
} else {
  const why = headless ? 'As asked' : program ? 'There is no display here' : 'There is no Electron runtime here';
  process.stdout.write(`${why}: the pipeline runs without a window, and then serves until interrupted.\n`);
  process.exitCode = await foreground(process.execPath, [path.join(root, 'dist', 'engine', 'cli.cjs'), 'start-headless', ...rest]);
}

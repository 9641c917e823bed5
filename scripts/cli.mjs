// `npm run --silent cli -- …`: the command line from a clone. Set-up speaks on stderr; stdout is the command's.
import path from 'node:path';
import { foreground } from './environment.mjs';
import { root } from './setup/folders.mjs';
import { giveUp, setUp } from './setup.mjs';

await setUp({ quiet: true }).catch(giveUp);
// Paths in the arguments mean what they meant where npm was called.
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
process.exitCode = await foreground(process.execPath, [path.join(root, 'dist', 'engine', 'cli.cjs'), ...process.argv.slice(2)]);

// `npm run test:e2e -- …`: the window tests alone; what follows goes to Playwright.
import { root } from './setup/folders.mjs';
import { giveUp, setUp } from './setup.mjs';
import { runPlaywright } from './testing/runners.mjs';
import { summarise } from './testing/summary.mjs';

process.chdir(root);
await setUp({ tests: true }).catch(giveUp);
const { lines, ok } = summarise([await runPlaywright(process.argv.slice(2))]);
process.stdout.write(`${lines.at(-1)}\n`);
process.exitCode = ok ? 0 : 1;

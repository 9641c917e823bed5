// `npm test`: sets up, then every runner; the last line is the sum of their reports, `N passed, N failed`.
import { runChecks } from './check.mjs';
import { root } from './setup/folders.mjs';
import { giveUp, setUp } from './setup.mjs';
import { runPlaywright, runVitest } from './testing/runners.mjs';
import { summarise } from './testing/summary.mjs';

process.chdir(root);
let interrupted = false;
try {
  await setUp({ tests: true });
} catch (error) {
  // Even then the last line tells the truth.
  process.on('exit', () => process.stdout.write('0 passed, 1 failed\n'));
  giveUp(error);
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interrupted = true;
  });
}

/** @type {[string, () => Promise<import('./testing/summary.mjs').Outcome>][]} */
const runners = [
  ['checks', runChecks],
  ['unit', runVitest],
  ['window', runPlaywright],
];
const outcomes = [];
for (const [name, runner] of runners) {
  // Who was interrupted starts nothing more, and what did not run did not pass.
  outcomes.push(interrupted ? { name, counts: null, code: 130 } : await runner());
}
const { lines, ok } = summarise(outcomes);
process.stdout.write(`\n${lines.join('\n')}\n`);
process.exitCode = ok ? 0 : 1;

// Dependency-cruiser over the product. It passes on nothing just as well as on everything, so nothing is a failure here.
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import config from '../.dependency-cruiser.mjs';

const { output } = await cruise(
  ['engine', 'electron', 'renderer'],
  { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true, tsPreCompilationDeps: true },
  undefined,
  { tsConfig: extractTSConfig('tsconfig.json') },
);
const { summary } = /** @type {import('dependency-cruiser').ICruiseResult} */ (output);
for (const { rule, from, to, cycle } of summary.violations) {
  const way = cycle ? [from, ...cycle.map((step) => step.name)].join(' → ') : `${from} → ${to}`;
  process.stdout.write(`${rule.name}: ${way}\n`);
}
process.stdout.write(
  `${summary.totalCruised} modules, ${summary.totalDependenciesCruised} imports, ${summary.violations.length} violations\n`,
);
if (summary.totalCruised === 0 || !summary.totalDependenciesCruised || summary.violations.length > 0) process.exitCode = 1;

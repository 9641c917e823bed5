// Adds up what several test runners said, and believes none of them further than its report goes.

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 *
 * @typedef {object} Outcome one runner's end
 * @property {string} name
 * @property {Counts | null} counts null where there is no readable report
 * @property {number} code its exit code
 */

/**
 * Vitest's JSON report. A file that could not be loaded has no tests in it, and is a failure all the same.
 * @param {any} report
 * @returns {Counts | null}
 */
export function countVitest(report) {
  if (!Array.isArray(report?.testResults)) return null;
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults) {
    const tests = file.assertionResults ?? [];
    for (const { status } of tests) {
      if (status === 'passed') counts.passed++;
      else if (status === 'failed') counts.failed++;
      else counts.skipped++;
    }
    if (file.status === 'failed' && !tests.some((/** @type {{ status: string }} */ test) => test.status === 'failed')) counts.failed++;
  }
  return counts;
}

/**
 * Playwright's JSON report. A test that passed at the second try is counted as passed; an error outside of any test is a failure.
 * @param {any} report
 * @returns {Counts | null}
 */
export function countPlaywright(report) {
  const { expected, flaky, unexpected, skipped } = report?.stats ?? {};
  if (![expected, flaky, unexpected, skipped].every(Number.isInteger)) return null;
  return { passed: expected + flaky, failed: unexpected + (report.errors?.length ?? 0), skipped };
}

/**
 * One runner's counts, corrected for what a report cannot say: that its writer crashed, or found nothing to run.
 * @param {Outcome} outcome
 * @returns {Counts & { note: string }}
 */
export function judge({ name, counts, code }) {
  if (counts === null) return { passed: 0, failed: 1, skipped: 0, note: `${name} ended with code ${code} and left no report` };
  if (counts.passed + counts.failed === 0) return { ...counts, failed: 1, note: `${name} ran no test` };
  if (code !== 0 && counts.failed === 0) return { ...counts, failed: 1, note: `${name} ended with code ${code}, though no test failed` };
  return { ...counts, note: '' };
}

/**
 * The lines to print, the last of which is `N passed, N failed`, and whether all is well.
 * @param {Outcome[]} outcomes
 */
export function summarise(outcomes) {
  const judged = outcomes.map((outcome) => ({ name: outcome.name, ...judge(outcome) }));
  const total = { passed: 0, failed: judged.length === 0 ? 1 : 0, skipped: 0 };
  const lines = judged.map(({ name, passed, failed, skipped, note }) => {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    return `${name.padEnd(10)} ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}${note ? ` (${note})` : ''}`;
  });
  if (total.skipped > 0) lines.push(`${total.skipped} skipped`);
  lines.push(`${total.passed} passed, ${total.failed} failed`);
  return { lines, ok: total.failed === 0 };
}

import { expect, test } from 'vitest';
import { countPlaywright, countVitest, judge, summarise } from '../../scripts/testing/summary.mjs';

const passed = { status: 'passed' };
const failed = { status: 'failed' };
const skipped = { status: 'skipped' };

test('the last line sums what all runners said', () => {
  const { lines, ok } = summarise([
    { name: 'unit', counts: { passed: 300, failed: 0, skipped: 2 }, code: 0 },
    { name: 'window', counts: { passed: 12, failed: 1, skipped: 0 }, code: 1 },
  ]);
  expect(lines.at(-1)).toBe('312 passed, 1 failed');
  expect(lines).toContain('2 skipped');
  expect(ok).toBe(false);
});

test('when all passed the run is well', () => {
  expect(summarise([{ name: 'unit', counts: { passed: 3, failed: 0, skipped: 0 }, code: 0 }])).toEqual({
    lines: ['unit       3 passed, 0 failed', '3 passed, 0 failed'],
    ok: true,
  });
});

test('a runner that crashed before it wrote a report is one failure', () => {
  const { lines, ok } = summarise([
    { name: 'unit', counts: { passed: 5, failed: 0, skipped: 0 }, code: 0 },
    { name: 'window', counts: null, code: 139 },
  ]);
  expect(lines.at(-1)).toBe('5 passed, 1 failed');
  expect(ok).toBe(false);
});

test('a runner that passed every test and still ended with an error is one failure', () => {
  expect(judge({ name: 'unit', counts: { passed: 5, failed: 0, skipped: 0 }, code: 1 })).toMatchObject({ passed: 5, failed: 1 });
});

test('an error code with failed tests is not counted twice', () => {
  expect(judge({ name: 'unit', counts: { passed: 5, failed: 2, skipped: 0 }, code: 1 })).toMatchObject({ passed: 5, failed: 2 });
});

test('finding no test is a failure, even where all were skipped', () => {
  expect(judge({ name: 'unit', counts: { passed: 0, failed: 0, skipped: 7 }, code: 0 })).toMatchObject({ failed: 1, skipped: 7 });
});

test('no runner at all is a failure', () => {
  expect(summarise([])).toEqual({ lines: ['0 passed, 1 failed'], ok: false });
});

test('in the report of vitest a file that could not be loaded counts as a failure', () => {
  const report = {
    testResults: [
      { status: 'passed', assertionResults: [passed, passed, skipped] },
      { status: 'failed', assertionResults: [passed, failed] },
      { status: 'failed', assertionResults: [] },
    ],
  };
  expect(countVitest(report)).toEqual({ passed: 3, failed: 2, skipped: 1 });
});

test('in the report of Playwright an error outside of any test counts as a failure', () => {
  const report = { stats: { expected: 4, flaky: 1, unexpected: 2, skipped: 3 }, errors: [{ message: 'config' }] };
  expect(countPlaywright(report)).toEqual({ passed: 5, failed: 3, skipped: 3 });
});

test('what is no report is no report', () => {
  expect(countVitest(undefined)).toBeNull();
  expect(countVitest({})).toBeNull();
  expect(countPlaywright({ stats: {} })).toBeNull();
});

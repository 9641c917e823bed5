import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createShellLog } from '../../electron/shell-log.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recsmith-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const noon = () => new Date('2026-01-02T12:00:00.000Z');

test('each entry is one line with its time, in a folder that is made for it', () => {
  const file = join(folder, 'logs', 'shell.log');
  const log = createShellLog(file, noon);
  log('engine ended: code 139');
  log('two\nlines');
  expect(readFileSync(file, 'utf8')).toBe('2026-01-02T12:00:00.000Z engine ended: code 139\n2026-01-02T12:00:00.000Z two lines\n');
});

test('a log of a megabyte is put aside, and one such is kept', () => {
  const file = join(folder, 'shell.log');
  writeFileSync(file, 'x'.repeat(1_000_000));
  createShellLog(file, noon)('next');
  expect(readFileSync(file, 'utf8')).toBe('2026-01-02T12:00:00.000Z next\n');
  expect(readFileSync(`${file}.1`, 'utf8')).toHaveLength(1_000_000);
});

test('a place that cannot be written harms nothing', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => createShellLog(join(folder, 'file', 'shell.log'))('lost')).not.toThrow();
});

import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEventLog } from '../../../engine/serving/event-log.ts';
import { visitNewestLines } from '../../../engine/serving/event-log-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'events-'));
});
afterEach(() => rm(folder, { recursive: true }));
const textOf = (number: number) => readFile(path.join(folder, `${number}.log`), 'utf8');

test('lines are in the file when append resolves, in order, and stay over a restart', async () => {
  const log = await openEventLog(folder);
  await log.append('a\n');
  expect(await textOf(1)).toBe('a\n');
  await Promise.all([log.append('b\n'), log.append('c\nd\n')]);
  await log.close();
  const again = await openEventLog(folder);
  await again.append('e\n');
  await again.close();
  expect(await textOf(1)).toBe('a\nb\nc\nd\ne\n');
});

test('all who wait while the disk is busy share one write', async () => {
  let writes = 0;
  const log = await openEventLog(folder, {
    write: async (handle, bytes) => {
      writes += 1;
      await handle.write(bytes);
      await handle.datasync();
    },
  });
  const first = log.append('first\n');
  const rest = Array.from({ length: 100 }, (_, i) => log.append(`${i}\n`));
  await Promise.all([first, ...rest]);
  expect(writes).toBe(2);
  expect((await textOf(1)).split('\n')).toHaveLength(102);
  await log.close();
});

test.each([
  ['{"half"', ''],
  ['whole\n{"half"', 'whole\n'],
  [`whole\n${'x'.repeat(200_000)}`, 'whole\n'],
  ['whole\n', 'whole\n'],
  ['', ''],
])('a torn last line is cut when the log is opened', async (before, after) => {
  await writeFile(path.join(folder, '1.log'), before);
  const log = await openEventLog(folder);
  await log.append('next\n');
  await log.close();
  expect(await textOf(1)).toBe(`${after}next\n`);
});

test('a file that has grown enough is followed by the next number', async () => {
  const log = await openEventLog(folder, { rotateBytes: 10 });
  for (const line of ['12345678\n', 'ab\n', 'cd\n']) await log.append(line);
  await log.close();
  expect([await textOf(1), await textOf(2)]).toEqual(['12345678\nab\n', 'cd\n']);
  const again = await openEventLog(folder, { rotateBytes: 3 });
  await again.append('e\n');
  await again.close();
  expect((await readdir(folder)).sort()).toEqual(['1.log', '2.log', '3.log']);
});

test('a full disk refuses in words, leaves no torn line, and the log works again once there is space', async () => {
  let full = true;
  const log = await openEventLog(folder, {
    write: async (handle, bytes) => {
      if (full) {
        await handle.write(bytes.subarray(0, bytes.length - 3));
        throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      }
      await handle.write(bytes);
      await handle.datasync();
    },
  });
  await expect(log.append('whole\nlost\n')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/disk is full.*Free some space/),
  });
  expect(log.problem()).toMatch(/disk is full/);
  expect(await textOf(1)).toBe('whole\n');
  full = false;
  await log.append('kept\n');
  expect(log.problem()).toBeNull();
  expect(await textOf(2)).toBe('kept\n');
  await log.close();
});

test('many failures in a row do not leave many files', async () => {
  const log = await openEventLog(folder, {
    write: async () => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    },
  });
  for (let i = 0; i < 20; i++) await expect(log.append('x\n')).rejects.toThrow();
  await log.close();
  expect(await readdir(folder)).toEqual(['1.log']);
  expect((await stat(path.join(folder, '1.log'))).size).toBe(0);
});

test('more than may wait for the disk is refused at once', async () => {
  const log = await openEventLog(folder, { queueBytes: 10 });
  const first = log.append('12345678\n');
  await expect(log.append('12345678\n')).rejects.toThrow(/faster than the disk/);
  await first;
  await log.append('12345678\n');
  await log.close();
  await expect(log.append('x\n')).rejects.toThrow(/stopping/);
});

test('more events than may wait for the disk are refused at once', async () => {
  const log = await openEventLog(folder, { queueEvents: 3 });
  const first = log.append('a\nb\n', 2);
  await expect(log.append('c\nd\n', 2)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/faster than the disk/),
  });
  await first;
  await log.append('c\nd\n', 2);
  await log.close();
});

test('the newest complete lines are visited over several files, whole files at a time', async () => {
  await writeFile(path.join(folder, '2.log'), 'c\nd\n');
  await writeFile(path.join(folder, '10.log'), 'e\n');
  await writeFile(path.join(folder, '1.log'), 'a\nb\n');
  await appendFile(path.join(folder, '10.log'), 'torn');
  await writeFile(path.join(folder, 'notes.txt'), 'no log\n');
  const visited = async (limit: number): Promise<string[]> => {
    const lines: string[] = [];
    await visitNewestLines(folder, limit, (text, from, to, newer) => lines.push(`${text.slice(from, to)}${newer}`));
    return lines;
  };
  expect(await visited(2)).toEqual(['c2', 'd1', 'e0']);
  expect(await visited(100)).toEqual(['a4', 'b3', 'c2', 'd1', 'e0']);
});

test('lines longer than a block, and blocks that end within a character, come whole', async () => {
  const long = 'ü'.repeat(5_000_000);
  const lines = ['a', long, 'b', ...Array.from({ length: 100_000 }, (_, i) => `${i}${'é🎉'.repeat(10)}`)];
  await writeFile(path.join(folder, '1.log'), lines.map((line) => `${line}\n`).join(''));
  let place = 0;
  await visitNewestLines(folder, 1, (text, from, to, newer) => {
    if (text.slice(from, to) !== lines[place] || newer !== lines.length - place - 1) throw new Error(`Line ${place} is another.`);
    place += 1;
  });
  expect(place).toBe(lines.length);
});

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { withLock } from '../../scripts/setup/lock.mjs';
import { withFolder } from '../support/folders.ts';

/** The id of a process that has just ended. */
const deadProcess = () => spawnSync(process.execPath, ['-e', '']).pid;

test('two that want the lock at once work one after the other', async () => {
  await withFolder(async (folder) => {
    const file = path.join(folder, 'setup.lock');
    const steps: string[] = [];
    const work = (name: string) => async () => {
      steps.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      steps.push(`${name} ends`);
    };
    const waited: number[] = [];
    await Promise.all([withLock(file, work('a')), withLock(file, work('b'), (owner: number) => waited.push(owner))]);
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(waited).toEqual([process.pid]);
    expect(existsSync(file)).toBe(false);
  });
});

test('while it is held the file names its owner, and work that throws gives it back', async () => {
  await withFolder(async (folder) => {
    const file = path.join(folder, 'setup.lock');
    const work = async () => {
      expect(readFileSync(file, 'utf8')).toBe(`${process.pid}\n`);
      throw new Error('no network');
    };
    await expect(withLock(file, work)).rejects.toThrow('no network');
    expect(existsSync(file)).toBe(false);
  });
});

test('the lock of a process that was killed is taken over at once', async () => {
  await withFolder(async (folder) => {
    const file = path.join(folder, 'setup.lock');
    writeFileSync(file, `${deadProcess()}\n`);
    expect(await withLock(file, async () => 'worked')).toBe('worked');
  });
});

test('a lock that nobody has touched for minutes is taken over though its process id lives on in another program', async () => {
  await withFolder(async (folder) => {
    const file = path.join(folder, 'setup.lock');
    writeFileSync(file, `${process.ppid}\n`);
    const longAgo = new Date(Date.now() - 5 * 60_000);
    utimesSync(file, longAgo, longAgo);
    expect(await withLock(file, async () => 'worked')).toBe('worked');
  });
});

test('six processes that find a dead owner at once work one at a time', async () => {
  await withFolder(async (folder) => {
    const file = path.join(folder, 'setup.lock');
    const log = path.join(folder, 'log');
    writeFileSync(file, `${deadProcess()}\n`);
    const module = pathToFileURL(path.resolve(__dirname, '../../scripts/setup/lock.mjs')).href;
    const program = `
      import { appendFileSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      import { withLock } from '${module}';
      await withLock(process.argv[1], async () => {
        appendFileSync(process.argv[2], 'begin ' + process.pid + '\\n');
        await sleep(20);
        appendFileSync(process.argv[2], 'end ' + process.pid + '\\n');
      });`;
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', program, file, log], { stdio: 'inherit' }),
    );
    const codes = await Promise.all(children.map((child) => once(child, 'exit').then(([code]) => code)));
    expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(12);
    for (let i = 0; i < lines.length; i += 2) expect(lines[i + 1]).toBe(lines[i]?.replace('begin', 'end'));
  });
});

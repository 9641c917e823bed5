import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type ExperimentEntry, openExperimentLog, readExperimentLog } from '../../../../engine/serving/experiments/experiment-log.ts';
import { withFolder } from '../../../support/folders.ts';

const shown = (t: number): ExperimentEntry => ({ t, u: 'a', a: 'control', i: ['i1', 'i2'] });
const taken: ExperimentEntry = { t: 2, u: 'a', s: 'i1' };
const entriesOf = async (file: string): Promise<ExperimentEntry[]> => {
  const entries: ExperimentEntry[] = [];
  for await (const entry of readExperimentLog(file)) entries.push(entry);
  return entries;
};

test('what was written comes back in order, after what was there before', () =>
  withFolder(async (folder) => {
    const file = path.join(folder, 'exp-1.ndjson');
    expect(await entriesOf(file)).toEqual([]);
    for (const entry of [shown(1), taken]) {
      const log = await openExperimentLog(file);
      log.write(entry);
      await log.close();
    }
    expect(await entriesOf(file)).toEqual([shown(1), taken]);
  }));

test('a torn line is cut before the next is written, and what is no entry is passed over', () =>
  withFolder(async (folder) => {
    const file = path.join(folder, 'exp-1.ndjson');
    await appendFile(file, `${JSON.stringify(shown(1))}\nnull\n{"t":1}\n{"t":1,"u":"a","i":3}\n{"t":2,"u":`);
    const log = await openExperimentLog(file);
    log.write(taken);
    await log.close();
    expect(await entriesOf(file)).toEqual([shown(1), taken]);
  }));

test('it is full once it has grown to its limit, also when it is opened again', () =>
  withFolder(async (folder) => {
    const file = path.join(folder, 'exp-1.ndjson');
    const length = JSON.stringify(shown(1)).length + 1;
    const log = await openExperimentLog(file, 2 * length);
    log.write(shown(1));
    expect(log.full()).toBe(false);
    log.write(shown(2));
    expect(log.full()).toBe(true);
    await log.close();
    expect((await readFile(file, 'utf8')).length).toBe(2 * length);
    const again = await openExperimentLog(file, 2 * length);
    expect(again.full()).toBe(true);
    await again.close();
  }));

test.runIf(existsSync('/dev/full'))('a disk that takes nothing is told in words, and stops nobody', { timeout: 10_000 }, async () => {
  const log = await openExperimentLog('/dev/full');
  log.write(shown(1));
  expect(log.problem()).toBeNull();
  await expect.poll(() => log.problem(), { timeout: 5000 }).toMatch(/does not take writes \(ENOSPC\)\. Check the disk/);
  log.write(shown(2));
  await log.close();
});

import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Answered } from '../../../engine/serving/door.ts';
import { openLogFile } from '../../../engine/serving/log-file.ts';
import { type LogLevel, logLevelOf, openServerLog } from '../../../engine/serving/server-log.ts';
import { withFolder } from '../../support/folders.ts';

const answered = (change: Partial<Answered> = {}): Answered => ({
  requestId: 'r-1',
  route: 'recommend',
  method: 'GET',
  target: '/recommend/secret-user?filter=secret',
  status: 200,
  durationMs: 1.23456,
  identity: { name: 'secret-name', role: 'viewer', keyId: 'rk_1234' },
  sent: 'secret-body',
  answer: 'secret-answer',
  ...change,
});

async function linesAt(level: LogLevel, all: Answered[]): Promise<Record<string, unknown>[]> {
  let lines: Record<string, unknown>[] = [];
  await withFolder(async (folder) => {
    const log = openServerLog(level, folder);
    log.event('info', 'started', { port: 8000 });
    for (const one of all) log.request(one);
    await log.close();
    const text = await readFile(path.join(folder, 'server.log'), 'utf8').catch(() => '');
    lines = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect(text).not.toMatch(/secret/);
  });
  return lines;
}

const some = [answered({ source: 'ranker' }), answered({ status: 500 }), answered({ status: 404 }), answered({ route: 'health' })];

test('a line says when, what, how it ended, how long it took and by whose key, and nothing of what was asked', async () => {
  const [, line] = await linesAt('info', [answered({ source: 'retrieval', degraded: 'ranker_slow' })]);
  expect(line).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    level: 'info',
    event: 'request',
    request_id: 'r-1',
    route: 'recommend',
    method: 'GET',
    status: 200,
    duration_ms: 1.23,
    source: 'retrieval',
    degraded: 'ranker_slow',
    key_id: 'rk_1234',
  });
});

test.each([
  ['off', []],
  ['failures', [500]],
  ['info', [200, 500, 404]],
  ['debug', [200, 500, 404, 200]],
] as const)('at the level %s', async (level, expected) => {
  const lines = await linesAt(level, some);
  expect(lines.filter(({ event }) => event === 'request').map(({ status }) => status)).toEqual(expected);
  expect(lines.filter(({ event }) => event === 'started')).toHaveLength(level === 'off' ? 0 : 1);
});

test('the level is what is known, else only failures', () => {
  expect(['info', 'debug', 'off', 'failures', 'all', undefined].map(logLevelOf)).toEqual([
    'info',
    'debug',
    'off',
    'failures',
    'failures',
    'failures',
  ]);
});

test('requests that were turned away are counted, not written one by one', async () => {
  const lines = await linesAt(
    'failures',
    Array.from({ length: 1000 }, () => answered({ route: 'shed', status: 503 })),
  );
  expect(lines.filter(({ event }) => event === 'shed').map(({ requests }) => requests)).toEqual([1, 999]);
});

test('a full file makes room, and two old ones are kept', async () => {
  await withFolder(async (folder) => {
    for (const name of ['a', 'b', 'c', 'd']) {
      const sink = openLogFile(folder, 100);
      sink.write(`${name.repeat(80)}\n`);
      await sink.close();
    }
    const files = (await readdir(folder)).sort();
    expect(files).toEqual(['server.log', 'server.log.1', 'server.log.2']);
    const first = await Promise.all(files.map(async (file) => (await readFile(path.join(folder, file), 'utf8'))[0]));
    expect(first).toEqual(['d', 'c', 'b']);
  });
});

test('a folder that cannot be written to ends nothing', async () => {
  await withFolder(async (folder) => {
    const file = path.join(folder, 'a-file');
    await writeFile(file, '');
    const log = openServerLog('debug', file);
    log.request(answered());
    await log.close();
  });
});

test('a line costs the request less than ten microseconds', async () => {
  await withFolder(async (folder) => {
    const log = openServerLog('info', folder);
    const one = answered({ source: 'ranker' });
    const began = performance.now();
    for (let i = 0; i < 10_000; i++) log.request(one);
    expect(((performance.now() - began) * 1000) / 10_000).toBeLessThan(10);
    await log.close();
  });
});

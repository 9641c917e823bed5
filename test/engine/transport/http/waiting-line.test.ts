import { expect, test } from 'vitest';
import { createWaitingLine } from '../../../../engine/transport/http/waiting-line.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A line whose time passes only while work is done and by `pass`. */
function lineOf(sliceMs: number, knocking: () => boolean) {
  let nowMs = 1000;
  const done: number[] = [];
  const line = createWaitingLine(sliceMs, knocking, () => nowMs);
  return {
    line,
    done,
    join: (name: number, costMs: number) =>
      line.join(() => {
        nowMs += costMs;
        done.push(name);
      }),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test('where nobody waits, work is done at once', () => {
  const { line, done, join } = lineOf(2, () => false);
  for (let i = 0; i < 3; i++) join(i, 0.1);
  expect([done, line.length]).toEqual([[0, 1, 2], 0]);
});

test('what is more than a slice waits in order, and others have their turns between', async () => {
  const { line, done, join } = lineOf(2, () => false);
  for (let i = 0; i < 9; i++) join(i, 1);
  expect([done.length, line.length]).toEqual([2, 7]);
  const lengths: number[] = [];
  while (line.length > 0) {
    await turn();
    lengths.push(line.length);
  }
  expect(lengths.filter((length, i) => length !== lengths[i - 1])).toEqual([5, 3, 1, 0]);
  expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('the wait is learned from how fast the line moves, all else that is done between included', async () => {
  const { line, join, pass } = lineOf(2, () => false);
  for (let i = 0; i < 200; i++) join(i, 1);
  for (let i = 0; i < 60; i++) {
    await turn();
    pass(1);
  }
  // Two a turn of three milliseconds.
  expect(line.length).toBeGreaterThan(50);
  expect(line.expectedMs() / line.length).toBeCloseTo(1.5, 1);
});

test('a process that stood still once is not taken to be slow', async () => {
  const { line, join, pass } = lineOf(2, () => false);
  for (let i = 0; i < 40; i++) join(i, 1);
  await turn();
  pass(60_000);
  await turn();
  expect(line.expectedMs() / line.length).toBeLessThan(3);
});

test('while clients knock they are let in, and those inside are served every five milliseconds all the same', async () => {
  let knocking = true;
  const { line, done, join, pass } = lineOf(1, () => knocking);
  for (let i = 0; i < 40; i++) join(i, 1);
  await turn();
  const before = done.length;
  for (let i = 0; i < 100; i++) {
    await turn();
    pass(0.5);
  }
  // One of a millisecond, then five in which none is served: eight in fifty milliseconds.
  expect(done.length - before).toBeGreaterThanOrEqual(7);
  expect(done.length - before).toBeLessThanOrEqual(11);
  knocking = false;
  while (line.length > 0) await turn();
  expect(done).toHaveLength(40);
});

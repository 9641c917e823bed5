import { expect, test } from 'vitest';
import { createStageClock } from '../../../engine/serving/stage-clock.ts';

function clockAt() {
  let now = 0;
  const clock = createStageClock(() => now);
  return {
    /** Runs a stage that takes so long, with so much time left. */
    run(tookMs: number, leftMs: number) {
      const outcome = clock.run('ranker', { atMs: now + leftMs }, () => {
        now += tookMs;
        return 'made';
      });
      return 'done' in outcome ? outcome.done : 'skipped' in outcome ? outcome.skipped : outcome.failed.message;
    },
    wait(ms: number) {
      now += ms;
    },
  };
}

test('a stage runs while there is time for it', () => {
  const { run } = clockAt();
  expect([run(1, 300), run(1, 300), run(1, 2)]).toEqual(['made', 'made', 'made']);
});

test('after the deadline nothing is begun', () => {
  const { run } = clockAt();
  expect(run(1, 0)).toBe('slow');
});

test('a stage that took too long is not begun again while it would be too late', () => {
  const { run } = clockAt();
  expect(run(5000, 300)).toBe('made');
  expect(run(1, 300)).toBe('slow');
  // Somebody has more time.
  expect(run(5000, 6000)).toBe('made');
});

test('it is tried again after a pause that doubles, and once it is fast it serves everybody', () => {
  const { run, wait } = clockAt();
  run(500, 300);
  wait(249);
  expect(run(1, 300)).toBe('slow');
  wait(1);
  expect(run(500, 300)).toBe('made');
  wait(499);
  expect(run(1, 300)).toBe('slow');
  wait(1);
  expect(run(1, 300)).toBe('made');
  expect(run(1, 300)).toBe('made');
});

test('who leaves a stage next to no time does not slow it for others', () => {
  const { run, wait } = clockAt();
  for (let i = 0; i < 10; i++) run(1, 0.5);
  expect(run(320, 300)).toBe('made');
  expect(run(1, 300)).toBe('slow');
  wait(250);
  expect(run(1, 300)).toBe('made');
});

test('what throws is told, and counts as fast', () => {
  const clock = createStageClock(() => 0);
  const outcome = clock.run('ranker', { atMs: 10 }, () => {
    throw new Error('broken');
  });
  expect(outcome).toEqual({ failed: new Error('broken') });
});

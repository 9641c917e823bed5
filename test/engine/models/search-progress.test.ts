import { expect, test } from 'vitest';
import { createSearchProgress } from '../../../engine/models/search-progress.ts';

const plan = { epochs: 40, patience: 3, examplesPerEpoch: 100, roundEpochs: 2 };

/** Shares at the end of each epoch of a search of four that is best at `best` and stops three epochs later. */
function sharesOf(best: number): number[] {
  const progress = createSearchProgress(plan);
  const shares: number[] = [];
  for (let epoch = 1; epoch <= best + plan.patience; epoch++) {
    const contenders = epoch <= 2 ? 4 : epoch <= 4 ? 2 : 1;
    progress.plan(epoch, contenders, Math.min(best, epoch - 1));
    for (let i = 1; i <= contenders * 10; i++) {
      const { done, total } = progress.advance(10);
      if (i === contenders * 10) shares.push(done / total);
    }
  }
  return shares;
}

test.each([3, 4, 8, 10, 14, 20])('a search whose best epoch is %i never leaps, never runs backwards, and ends near its end', (best) => {
  const shares = [0, ...sharesOf(best)];
  for (let i = 1; i < shares.length; i++) {
    expect(shares[i]).toBeGreaterThan(shares[i - 1] as number);
    expect((shares[i] as number) - (shares[i - 1] as number)).toBeLessThan(0.35);
  }
  expect(shares.at(-1)).toBeGreaterThan(0.8);
});

test.each([20, 30, 37])(
  'one that gets better until epoch %i does not wait near its end: at four fifths of the work the bar is short of 94 %%',
  (best) => {
    const progress = createSearchProgress(plan);
    const shares: number[] = [];
    for (let epoch = 1; epoch <= best + plan.patience; epoch++) {
      const contenders = epoch <= 2 ? 4 : epoch <= 4 ? 2 : 1;
      progress.plan(epoch, contenders, Math.min(best, epoch - 1));
      for (let i = 0; i < contenders * 10; i++) {
        const { done, total } = progress.advance(10);
        shares.push(done / total);
      }
    }
    expect(shares[Math.floor(0.5 * shares.length)]).toBeLessThan(0.85);
    expect(shares[Math.floor(0.8 * shares.length)]).toBeLessThan(0.94);
  },
);

test('without validation the end is known: each example counts alike', () => {
  const progress = createSearchProgress({ ...plan, epochs: 5, patience: null });
  for (let epoch = 1; epoch <= 5; epoch++) {
    progress.plan(epoch, 1, 0);
    expect(progress.advance(50)).toEqual({ done: epoch * 100 - 50, total: 500 });
    expect(progress.advance(50)).toEqual({ done: epoch * 100, total: 500 });
  }
});

test('two contenders over four epochs at most: two epochs of both, two of the winner', () => {
  const progress = createSearchProgress({ ...plan, epochs: 4, patience: 3 });
  progress.plan(1, 2, 0);
  expect(progress.advance(60)).toEqual({ done: 60, total: 600 });
});

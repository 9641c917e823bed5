import { describe, expect, test } from 'vitest';
import { createRandom, type Random } from '../../../engine/math/random.ts';
import { createNegatives, inclusionCorrection } from '../../../engine/models/negatives.ts';

test('the correction is one over the chance to be in the batch', () => {
  // Half of the examples, batches of two: in with 1 − ½² = ¾.
  expect(inclusionCorrection(0.5, 2)).toBeCloseTo(4 / 3, 10);
  // A rare item: in with about size · share.
  expect(inclusionCorrection(1e-6, 1000)).toBeCloseTo(1000, -1);
  expect(inclusionCorrection(1, 10)).toBeCloseTo(1, 10);
  // Two draws of four items beside it: out with ½² · (¾)².
  expect(inclusionCorrection(0.5, 2, 2, 4)).toBeCloseTo(1 / (1 - 0.25 * 0.5625), 10);
  // Never in a batch, one draw of five.
  expect(inclusionCorrection(0, 100, 1, 5)).toBeCloseTo(5, 6);
});

describe('the corrected sum over the columns is on average that over the whole catalogue', () => {
  const shares = [0.6, 0.25, 0.1, 0.05, 0];
  const e = [1, 2, 4, 8, 16];
  const batchSize = 3;
  const drawItem = (random: Random): number => {
    const x = random.next();
    return shares.findIndex((_, j) => x < shares.slice(0, j + 1).reduce((a, b) => a + b, 0));
  };
  // What is never in a batch is not in the sum either, unless it is drawn.
  test.each([
    ['in-batch', 15],
    ['mixed', 31],
    ['uniform', 31],
  ] as const)('%s', (kind, sum) => {
    const random = createRandom(9);
    const negatives = createNegatives(
      Float64Array.from(shares, (share) => share * 100),
      { kind, extra: 2, batchSize, corrected: true },
    );
    let total = 0;
    const batches = 60_000;
    for (let batch = 0; batch < batches; batch++) {
      const own = [drawItem(random), drawItem(random), drawItem(random)];
      const drawn = new Set(negatives.draw(random));
      for (const j of new Set([...own, ...drawn])) total += negatives.weight(j, drawn.has(j)) * (e[j] as number);
    }
    expect(total / batches / sum).toBeCloseTo(1, 1);
  });
});

test('without the correction every negative counts once', () => {
  const frequency = Float64Array.of(10, 1, 0);
  const weights = (kind: 'in-batch' | 'mixed' | 'uniform', drawn: boolean): number[] =>
    [0, 1, 2].map((item) => createNegatives(frequency, { kind, extra: 4, batchSize: 2, corrected: false }).weight(item, drawn));
  expect(weights('in-batch', false)).toEqual([1, 1, 1]);
  expect(weights('mixed', true)).toEqual([1, 1, 1]);
  expect(weights('uniform', true)).toEqual([1, 1, 1]);
  expect(weights('uniform', false)).toEqual([0, 0, 0]);
});

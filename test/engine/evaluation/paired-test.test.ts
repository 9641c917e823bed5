import { expect, test } from 'vitest';
import { comparePairedSteps, type Paired, randomisationSteps } from '../../../engine/evaluation/paired-test.ts';
import { finishBetweenOthers } from '../../../engine/jobs/between-others.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { finish } from '../../../engine/math/steps.ts';

const randomisationP = (differences: Float64Array, seed: number): number => finish(randomisationSteps(differences, seed));
const comparePaired = (first: ArrayLike<number>, second: ArrayLike<number>, seed: number): Paired =>
  finish(comparePairedSteps([{ first, second }], seed))[0] as Paired;

test('p is the share of sign patterns that reach the sum, by counting them all', () => {
  // Sums of ±1 ±2 ±3: |sum| reaches 6 in two of eight patterns, 4 in four, 0 in all.
  expect(randomisationP(Float64Array.of(1, 2, 3), 1)).toBeCloseTo(2 / 8, 1);
  expect(randomisationP(Float64Array.of(-1, 2, 3), 1)).toBeCloseTo(4 / 8, 1);
  expect(randomisationP(Float64Array.of(1, 2, -3), 1)).toBe(1);
});

test('users for whom nothing changes change nothing', () => {
  const few = randomisationP(Float64Array.of(1, 2, 3), 1);
  expect(randomisationP(Float64Array.of(0, 1, 0, 2, 0, 3, 0), 1)).toBe(few);
  expect(randomisationP(Float64Array.of(0, 0), 1)).toBe(1);
});

test('models that do not differ give every p with the same chance', () => {
  const random = createRandom(5, 'null');
  const ps = Array.from({ length: 200 }, (_, seed) =>
    randomisationP(
      Float64Array.from({ length: 40 }, () => random.normal()),
      seed,
    ),
  );
  // 200 draws: the share below .1 and below .5 within four standard errors.
  const below = (limit: number): number => ps.filter((p) => p < limit).length / ps.length;
  expect(Math.abs(below(0.1) - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / 200));
  expect(Math.abs(below(0.5) - 0.5)).toBeLessThan(4 * Math.sqrt((0.5 * 0.5) / 200));
});

test('a comparison counts who is better and worse off, and leaves out who has no value', () => {
  const compared = comparePaired([1, 0.5, 0, 0.25, Number.NaN], [0, 0.5, 0.5, 0, 1], 1);
  expect(compared).toMatchObject({ difference: (1 - 0.5 + 0.25) / 4, better: 2, worse: 1, same: 1 });
  expect(compared.interval[0]).toBeLessThanOrEqual(compared.difference);
  expect(compared.interval[1]).toBeGreaterThanOrEqual(compared.difference);
});

test('a difference in the same direction for every user is sure', () => {
  const first = Float32Array.from({ length: 60 }, (_, i) => i / 60 + 0.1);
  const { p, interval } = comparePaired(
    first,
    Float32Array.from({ length: 60 }, (_, i) => i / 60),
    1,
  );
  expect(p).toBeCloseTo(1 / 10_001, 9);
  expect(interval[0]).toBeGreaterThan(0);
});

test('p is right where the users fill no whole draw of signs, and several of them', () => {
  // Of n equal differences the sum of signs reaches ±n in two of 2^n patterns, n - 2 in further 2n of them.
  expect(randomisationP(new Float64Array(11).fill(-1), 1)).toBeLessThan(0.003);
  expect(randomisationP(Float64Array.of(-1, ...new Array<number>(8).fill(1)), 1)).toBeCloseTo((2 + 18) / 512, 2);
  // 41 users, 24 of them up: a binomial tail of .174 on either side.
  const coins = Float64Array.from({ length: 41 }, (_, i) => (i < 24 ? 1 : -1));
  expect(Math.abs(randomisationP(coins, 3) - 0.349)).toBeLessThan(4 * Math.sqrt((0.349 * 0.651) / 10_000));
});

test('several metrics at once give what each gives by itself, also where one lacks users', async () => {
  const random = createRandom(2, 'several');
  const column = (): Float32Array => Float32Array.from({ length: 90 }, () => random.next());
  const pairs = [0, 1].map(() => ({ first: column(), second: column() }));
  const gap = { first: Float32Array.of(0.5, Number.NaN, 1), second: Float32Array.of(0.25, 1, 1) };
  const alone = [...pairs, gap].map(({ first, second }) => comparePaired(first, second, 4));
  expect(finish(comparePairedSteps([...pairs, gap], 4))).toEqual(alone);
  expect(await finishBetweenOthers(comparePairedSteps(pairs, 4))).toEqual(alone.slice(0, 2));
});

test('others are let in while many users are compared', async () => {
  const users = Float64Array.from({ length: 60_000 }, (_, i) => (i % 7) / 7);
  let letIn = 0;
  const timer = setInterval(() => letIn++, 1);
  await finishBetweenOthers(comparePairedSteps([{ first: users, second: users.map((value) => value / 2) }], 1));
  clearInterval(timer);
  expect(letIn).toBeGreaterThan(1);
});

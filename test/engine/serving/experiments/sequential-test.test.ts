import { expect, test } from 'vitest';
import { createRandom } from '../../../../engine/math/random.ts';
import { createSequentialTest, fewestUsers, type Verdict } from '../../../../engine/serving/experiments/sequential-test.ts';

interface Simulated {
  verdict: Verdict | null;
  users: number;
}

/**
 * An experiment with a look after each change: users come one after the other and succeed with the rate of their arm, `lateness` of them only while later
 * users come. Ends with the first verdict.
 */
function simulate(
  seed: number,
  rates: { control: number; treatment: number },
  users: number,
  options: { share?: number; late?: number } = {},
): Simulated {
  const { share = 0.5, late = 0 } = options;
  const random = createRandom(seed, 'experiment');
  const sequential = createSequentialTest();
  const counts = { control: { successes: 0, trials: 0 }, treatment: { successes: 0, trials: 0 } };
  const waiting: { due: number; arm: 'control' | 'treatment' }[] = [];
  for (let user = 1; user <= users; user++) {
    const arm = random.next() < share ? 'treatment' : 'control';
    counts[arm].trials += 1;
    if (random.next() < rates[arm]) {
      if (random.next() < late) waiting.push({ due: user + random.integer(users / 2), arm });
      else counts[arm].successes += 1;
    }
    for (let at = waiting.length - 1; at >= 0; at--) {
      const one = waiting[at] as (typeof waiting)[number];
      if (one.due > user) continue;
      counts[one.arm].successes += 1;
      waiting.splice(at, 1);
    }
    const verdict = sequential.look(counts.control, counts.treatment);
    if (verdict) return { verdict, users: user };
  }
  return { verdict: null, users };
}

const runs = (count: number, ...rest: [Parameters<typeof simulate>[1], number, Parameters<typeof simulate>[3]?]) =>
  Array.from({ length: count }, (_, seed) => simulate(seed, ...rest));
const decided = (all: Simulated[], verdict?: Verdict) =>
  all.filter((one) => (verdict ? one.verdict === verdict : one.verdict !== null)).length / all.length;

test.each([
  ['a tenth succeeds', 0.1, {}],
  ['few succeed', 0.02, {}],
  ['half succeed', 0.5, {}],
  ['one user in twenty gets the treatment', 0.1, { share: 0.05 }],
  ['half of the successes come late', 0.1, { late: 0.5 }],
])('%s: of 400 A/A tests with a look after each user one in twenty at most finds a difference', (_what, rate, options) => {
  const all = runs(400, { control: rate, treatment: rate }, 4000, options);
  process.stdout.write(`A/A, ${_what}: ${(100 * decided(all)).toFixed(2)} % decided, ${(100 * decided(all, 'harm')).toFixed(2)} % harm\n`);
  expect(decided(all)).toBeLessThanOrEqual(0.05);
});

test('the same users, of whom more and more succeed, are no reason to find a difference either', () => {
  const all = Array.from({ length: 400 }, (_, seed): Simulated => {
    const random = createRandom(seed, 'returning');
    const sequential = createSequentialTest();
    const arms = Array.from({ length: 1000 }, () => (random.next() < 0.5 ? 'treatment' : 'control'));
    const succeeded = arms.map(() => false);
    const counts = { control: { successes: 0, trials: 0 }, treatment: { successes: 0, trials: 0 } };
    for (const arm of arms) counts[arm].trials += 1;
    for (let round = 0; round < 40; round++) {
      for (const [user, arm] of arms.entries()) {
        if (succeeded[user] || random.next() >= 0.05) continue;
        succeeded[user] = true;
        counts[arm].successes += 1;
        const verdict = sequential.look(counts.control, counts.treatment);
        if (verdict) return { verdict, users: user };
      }
    }
    return { verdict: null, users: arms.length };
  });
  process.stdout.write(`A/A, the same users: ${(100 * decided(all)).toFixed(2)} % decided\n`);
  expect(decided(all)).toBeLessThanOrEqual(0.05);
});

test('a treatment that harms is found before it has harmed many, and one that helps is a win', () => {
  const harmed = runs(100, { control: 0.2, treatment: 0.1 }, 10_000);
  expect(decided(harmed, 'harm')).toBe(1);
  const users = harmed.map((one) => one.users).sort((a, b) => a - b);
  process.stdout.write(`0.2 against 0.1: decided after ${users[50]} users (median), ${users[99]} at most\n`);
  expect(users[50]).toBeLessThan(1500);
  expect(decided(runs(100, { control: 0.1, treatment: 0.2 }, 10_000), 'win')).toBe(1);
});

test('nothing is decided before both arms have enough users, however clear it looks', () => {
  const sequential = createSequentialTest();
  const enough = { successes: 90, trials: fewestUsers };
  expect(sequential.look(enough, { successes: 0, trials: fewestUsers - 1 })).toBeNull();
  expect(sequential.pValue()).toBe(1);
  expect(sequential.look(enough, { successes: 0, trials: fewestUsers })).toBe('harm');
  expect(sequential.look({ successes: 0, trials: fewestUsers }, enough)).toBe('win');
});

test('the p-value is the least of all looks: looking again never takes it back', () => {
  const sequential = createSequentialTest();
  // 100/1000 against 60/1000: Λ = 39.96, worked out in the test of the ratio.
  sequential.look({ successes: 100, trials: 1000 }, { successes: 60, trials: 1000 });
  expect(sequential.pValue()).toBeCloseTo(1 / 39.96, 4);
  expect(sequential.look({ successes: 101, trials: 1010 }, { successes: 100, trials: 1010 })).toBeNull();
  expect(sequential.pValue()).toBeCloseTo(1 / 39.96, 4);
});

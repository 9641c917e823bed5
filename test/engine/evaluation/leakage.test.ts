import { expect, test } from 'vitest';
import { countRows, type EntityEvidence, findFeatureLeaks } from '../../../engine/evaluation/feature-leaks.ts';
import { assertBefore, assertDisjoint } from '../../../engine/evaluation/leakage.ts';
import { splitInteractions } from '../../../engine/evaluation/split.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { noFeatures } from '../../support/training-sets.ts';

const nothing = { users: new Int32Array(), offsets: Int32Array.of(0), items: new Int32Array() };
const cut = Date.UTC(2024, 0, 31);
const rows = 200;
const random = createRandom(11, 'leaks');
/** Every item has a few interactions before the cut and a few after it, more or less independent of each other. */
const before = Float64Array.from({ length: rows }, () => 1 + random.integer(20));
const after = before.map((count) => Math.round(count / 5) + random.integer(6));

function evidence(changes: Partial<EntityEvidence>): EntityEvidence {
  return { of: 'items', features: noFeatures(rows), times: [], before, after, ...changes };
}
const numbers = (name: string, of: (row: number) => number): EntityEvidence['features'] => ({
  ...noFeatures(rows),
  numbers: [{ name, values: Float32Array.from({ length: rows }, (_, row) => of(row)) }],
});
const leaksOf = (changes: Partial<EntityEvidence>, at: number | null = cut) =>
  findFeatureLeaks(evidence(changes), at, nothing, []).map(({ attribute }) => attribute);

test('the same pair in validation and test is found', () => {
  const validation = { users: Int32Array.of(0, 2), offsets: Int32Array.of(0, 1, 3), items: Int32Array.of(5, 1, 7) };
  const held = { users: Int32Array.of(1, 2), offsets: Int32Array.of(0, 1, 2), items: Int32Array.of(5, 7) };
  expect(() => assertDisjoint(validation, held, ['validation', 'test'])).toThrow(
    /Leakage.*user row 2 and item row 7.*validation set.*test set/,
  );
  expect(() => assertDisjoint({ ...validation, items: Int32Array.of(5, 1, 6) }, held, ['validation', 'test'])).not.toThrow();
});

test('a training interaction later than what is held out is found; unknown times prove nothing', () => {
  expect(() => assertBefore(Float64Array.of(1, cut + 1), () => cut)).toThrow(/Leakage.*2024-01-31/);
  expect(() => assertBefore(Float64Array.of(Number.NaN, cut), () => cut)).not.toThrow();
});

test.each(['temporal', 'leave-last-out'] as const)(
  'interactions that are not in the order of time do not pass a split by time (%s)',
  (kind) => {
    const timestamps = Float64Array.of(1, 9, 3, 4, 5);
    const interactions = {
      users: new Int32Array(5),
      items: Int32Array.of(0, 1, 2, 3, 4),
      weights: new Float32Array(5).fill(1),
      timestamps,
    };
    const split = kind === 'temporal' ? { kind, testShare: 0.4 } : { kind };
    const options = { seed: 1, userCount: 1 };
    expect(() => splitInteractions(interactions, split, options)).toThrow(/Leakage.*order of time/);
    expect(() => splitInteractions({ ...interactions, timestamps: timestamps.slice().sort() }, split, options)).not.toThrow();
  },
);

test('a count over all time is found, plain and as a logarithm; a count of the training time is none', () => {
  const all = (row: number): number => (before[row] as number) + (after[row] as number);
  expect(leaksOf({ features: numbers('plays', all) })).toEqual(['plays']);
  expect(leaksOf({ features: numbers('log plays', (row) => Math.log1p(all(row))) })).toEqual(['log plays']);
  expect(leaksOf({ features: numbers('plays so far', (row) => before[row] as number) })).toEqual([]);
  expect(leaksOf({ features: numbers('price', () => 5 + random.normal()) })).toEqual([]);
});

test('a row that training knows cannot have been written after it: texts of times, and numbers that are times', () => {
  const late = Float64Array.from({ length: rows }, (_, row) => (row % 10 === 0 ? cut + 86_400_000 : cut - row * 86_400_000));
  expect(leaksOf({ times: [{ name: 'updated', values: late }] })).toEqual(['updated']);
  expect(leaksOf({ features: numbers('updated_at', (row) => (late[row] as number) / 1000) })).toEqual(['updated_at']);
  expect(leaksOf({ times: [{ name: 'updated', values: late }] }, null)).toEqual([]);
  // Late dates of items that nobody had before the cut are births, not leaks.
  const born = before.map((count, row) => (row % 10 === 0 ? 0 : count));
  expect(leaksOf({ times: [{ name: 'released', values: late }], before: born })).toEqual([]);
});

test('an attribute that names the held-out item of its user is found', () => {
  const ids = Array.from({ length: rows }, (_, item) => `item ${item}`);
  const users = Int32Array.from({ length: rows }, (_, user) => user);
  const test = { users, offsets: Int32Array.from({ length: rows + 1 }, (_, at) => at), items: users.map((user) => (user * 7) % rows) };
  const favourite = (codes: Int32Array) => ({ ...noFeatures(rows), categories: [{ name: 'favourite', vocabulary: ids, codes }] });
  const found = (codes: Int32Array) => findFeatureLeaks(evidence({ of: 'users', features: favourite(codes) }), null, test, ids);
  expect(found(test.items).map(({ reason }) => reason)).toEqual(['names the held-out item of 200 of 200 test users']);
  expect(found(test.items.map((item) => (item + 1) % rows))).toEqual([]);
});

test('rows are counted', () => {
  expect(Array.from(countRows(Int32Array.of(2, 0, 2), 4))).toEqual([1, 0, 2, 0]);
});

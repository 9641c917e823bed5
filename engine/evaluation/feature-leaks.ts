/** What can be told of attributes that were made with knowledge of the held-out part. */
import type { EntityFeatures } from '../math/arrays.ts';
import type { HeldOut } from './held-out.ts';

/** An attribute that probably knows what it must not, in words. */
export interface FeatureLeak {
  of: 'users' | 'items';
  attribute: string;
  reason: string;
}

export interface EntityEvidence {
  of: 'users' | 'items';
  features: EntityFeatures;
  /** Attributes that are times, milliseconds by row; NaN where unknown. They are no features, but say when a row was written. */
  times: { name: string; values: Float64Array }[];
  /** Interactions of each row in training, and held out. */
  before: Float64Array;
  after: Float64Array;
}

/** How many of these rows are each row. */
export function countRows(rows: Int32Array, size: number): Float64Array {
  const counts = new Float64Array(size);
  for (const row of rows) counts[row] = (counts[row] as number) + 1;
  return counts;
}

/** A few wrong dates are no leak. */
const leastShareLate = 0.01;
/** Times that came as 32-bit numbers of milliseconds are off by as much. */
const clockSlackMs = 300_000;
/** Of fewer rows a correlation says little. */
const leastRows = 30;
const leastCorrelation = 0.9;
const leastShareNamed = 0.2;

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Numbers that are times since 1970 in seconds or milliseconds, between 1990 and 2100; null where they are not. */
function asTimes(values: Float32Array): Float64Array | null {
  const [from, to] = [Date.UTC(1990, 0), Date.UTC(2100, 0)];
  for (const unit of [1000, 1]) {
    const times = Float64Array.from(values, (value) => value * unit);
    const known = times.filter((time) => !Number.isNaN(time));
    if (known.length > 0 && known.every((time) => time >= from && time <= to)) return times;
  }
  return null;
}

/**
 * Rows that training knows cannot have been written after training ended: then their other attributes may know what came after, too. (A row that training does not
 * know was born later: its dates may be late.)
 */
function lateTimes({ of, features, times, before }: EntityEvidence, cut: number): FeatureLeak[] {
  const numbers = features.numbers.flatMap(({ name, values }) => {
    const found = asTimes(values);
    return found ? [{ name, values: found }] : [];
  });
  return [...times, ...numbers].flatMap(({ name, values }): FeatureLeak[] => {
    let known = 0;
    let late = 0;
    values.forEach((time, row) => {
      if (before[row] === 0 || Number.isNaN(time)) return;
      known++;
      if (time > cut + clockSlackMs) late++;
    });
    if (late <= leastShareLate * known) return [];
    const reason = `is later than the end of the training time (${day(cut)}) for ${late} of ${known} ${of} that training knows: the table was written after it`;
    return [{ of, attribute: name, reason }];
  });
}

/** Correlation of x and y among these rows with what both owe to z taken out; 0 where there is nothing to correlate. */
function partialCorrelation(x: Float64Array, y: Float64Array, z: Float64Array): number {
  const pearson = (a: Float64Array, b: Float64Array): number => {
    const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [ma, mb] = [mean(a), mean(b)];
    let [ab, aa, bb] = [0, 0, 0];
    a.forEach((value, i) => {
      const [da, db] = [value - ma, (b[i] as number) - mb];
      ab += da * db;
      aa += da * da;
      bb += db * db;
    });
    return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
  };
  const [xy, xz, yz] = [pearson(x, y), pearson(x, z), pearson(y, z)];
  const rest = (1 - xz * xz) * (1 - yz * yz);
  return rest < 1e-9 ? 0 : (xy - xz * yz) / Math.sqrt(rest);
}

/**
 * A number that follows the interactions after the cut, beyond what those before it explain, was counted over both. Taken as it is, and as a logarithm.
 */
function futureCounters({ of, features, before, after }: EntityEvidence): FeatureLeak[] {
  return features.numbers.flatMap(({ name, values }): FeatureLeak[] => {
    const rows = Int32Array.from(values, (_, row) => row).filter((row) => Number.isFinite(values[row]));
    if (rows.length < leastRows) return [];
    const pick = (from: ArrayLike<number>): Float64Array => Float64Array.from(rows, (row) => from[row] as number);
    const plain = pick(values);
    const forms = plain.every((value) => value < 40) ? [plain, plain.map(Math.exp)] : [plain];
    const found = Math.max(...forms.map((form) => partialCorrelation(form, pick(after), pick(before))));
    if (found < leastCorrelation) return [];
    const reason = `follows how often ${of} are held out (partial correlation ${found.toFixed(2)} given the training interactions): it was counted over the held-out part too`;
    return [{ of, attribute: name, reason }];
  });
}

/** An attribute of users that names the very items that are held out for them. */
function namedTargets({ of, features }: EntityEvidence, test: HeldOut, itemIds: readonly string[]): FeatureLeak[] {
  if (of !== 'users') return [];
  const attributes = [
    ...features.categories.map(({ name, vocabulary, codes }) => ({ name, vocabulary, of: (row: number) => codes.subarray(row, row + 1) })),
    ...features.lists.map(({ name, vocabulary, offsets, codes }) => {
      return { name, vocabulary, of: (row: number) => codes.subarray(offsets[row], offsets[row + 1]) };
    }),
  ];
  return attributes.flatMap(({ name, vocabulary, of: codesOf }): FeatureLeak[] => {
    let named = 0;
    test.users.forEach((user, i) => {
      const targets = new Set([...test.items.subarray(test.offsets[i], test.offsets[i + 1])].map((item) => itemIds[item]));
      if (codesOf(user).some((code) => targets.has(vocabulary[code]))) named++;
    });
    if (named < Math.max(leastRows, leastShareNamed * test.users.length)) return [];
    return [{ of, attribute: name, reason: `names the held-out item of ${named} of ${test.users.length} test users` }];
  });
}

/**
 * Attributes that were probably made with knowledge of the held-out part: times after the cut, counters over both parts, the answers themselves. What is not found
 * here can still be a leak: nobody can tell from a column alone when its values were known.
 * @param cut where one moment ends training for all, milliseconds; else null
 */
export function findFeatureLeaks(evidence: EntityEvidence, cut: number | null, test: HeldOut, itemIds: readonly string[]): FeatureLeak[] {
  return [...(cut === null ? [] : lateTimes(evidence, cut)), ...futureCounters(evidence), ...namedTargets(evidence, test, itemIds)];
}

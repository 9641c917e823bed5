import { expect, test } from 'vitest';
import { EngineError } from '#contract/errors';
import type { SparseMatrix } from '../../../engine/math/arrays.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { buildSparseMatrix, transpose } from '../../../engine/math/sparse.ts';
import { withNeighbourhoods } from '../../../engine/models/neighbourhoods.ts';

const quiet = async (): Promise<void> => {};
const random = createRandom(7, 'neighbourhoods');

function randomPattern(things: number, features: number, cells: number): SparseMatrix {
  const draw = (limit: number): Int32Array => Int32Array.from({ length: cells }, () => Math.floor(limit * random.next() ** 2));
  return buildSparseMatrix(things, features, draw(things), draw(features));
}

const numbers = (length: number): Float32Array => Float32Array.from({ length }, () => 0.5 + random.next());

/** The same with every sum written out. */
function nearestByHand(
  things: SparseMatrix,
  thing: number,
  similarity: (shared: number[], other: number) => number,
  neighbours: number,
): [number, number][] {
  const featuresOf = (row: number): number[] => [...things.indices.subarray(things.indptr[row], things.indptr[row + 1])];
  const own = new Set(featuresOf(thing));
  const all: [number, number][] = [];
  for (let other = 0; other < things.rows; other++) {
    const shared = featuresOf(other).filter((feature) => own.has(feature));
    if (other !== thing && shared.length > 0) all.push([other, similarity(shared, other)]);
  }
  return all
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, neighbours)
    .sort(([a], [b]) => a - b);
}

const rowOf = ({ indptr, indices, values }: SparseMatrix, row: number): [number, number][] => {
  const [begin, end] = [indptr[row] as number, indptr[row + 1] as number];
  return Array.from(indices.subarray(begin, end), (column, i): [number, number] => [column, values[begin + i] as number]);
};

test('each thing gets the best of the sums written out, in the order of their rows', async () => {
  const things = randomPattern(80, 60, 700);
  const weighting = { features: numbers(60), rowNorms: numbers(80), columnNorms: numbers(80), shrinkage: 0.3 };
  const found = await withNeighbourhoods(things, transpose(things), (hood) => hood.nearest(weighting, 7, quiet));
  for (let thing = 0; thing < 80; thing++) {
    const similarity = (shared: number[], other: number): number =>
      shared.reduce((sum, feature) => sum + (weighting.features[feature] as number), 0) /
      ((weighting.rowNorms[thing] as number) * (weighting.columnNorms[other] as number) + weighting.shrinkage);
    const expected = nearestByHand(things, thing, similarity, 7);
    const row = rowOf(found, thing);
    expect(row.map(([other]) => other)).toEqual(expected.map(([other]) => other));
    row.forEach(([, value], i) => {
      expect(value).toBeCloseTo(expected[i]?.[1] as number, 5);
    });
  }
});

test('of equally similar things the lower rows are kept, however many come by', async () => {
  // All have the one feature: every similarity is 1.
  const count = 500;
  const things = buildSparseMatrix(
    count,
    1,
    Int32Array.from({ length: count }, (_, thing) => thing),
    new Int32Array(count),
  );
  const ones = new Float32Array(count).fill(1);
  const weighting = { features: ones.slice(0, 1), rowNorms: ones, columnNorms: ones, shrinkage: 0 };
  const found = await withNeighbourhoods(things, transpose(things), (hood) => hood.nearest(weighting, 3, quiet));
  expect(rowOf(found, 0)).toEqual([1, 2, 3].map((other) => [other, 1]));
  expect(rowOf(found, 499)).toEqual([0, 1, 2].map((other) => [other, 1]));
});

test('more things than a block, by several threads: whole, twice the same bits, with progress to the end', async () => {
  const [count, features] = [33_000, 900];
  // So many share the first features that this is for threads.
  const things = randomPattern(count, features, 90_000);
  const turned = transpose(things);
  const weighting = { features: numbers(features), rowNorms: numbers(count), columnNorms: numbers(count), shrinkage: 1 };
  const reports: number[] = [];
  const run = (): Promise<SparseMatrix> =>
    withNeighbourhoods(things, turned, (hood) =>
      hood.nearest(weighting, 5, async (done, total) => {
        expect(total).toBe(count);
        reports.push(done);
      }),
    );
  const [first, second] = [await run(), await run()];
  expect(second).toEqual(first);
  expect(Math.max(...reports)).toBe(count);
  const last = Array.from({ length: 40 }, (_, i) => count - 1 - i).find(
    (thing) => things.indptr[thing] !== things.indptr[thing + 1],
  ) as number;
  const similarity = (shared: number[], other: number): number =>
    shared.reduce((sum, feature) => sum + (weighting.features[feature] as number), 0) /
    ((weighting.rowNorms[last] as number) * (weighting.columnNorms[other] as number) + 1);
  expect(rowOf(first, last).map(([other]) => other)).toEqual(nearestByHand(things, last, similarity, 5).map(([other]) => other));
});

test('a stop is heard, and a single thing has no neighbours', async () => {
  const things = randomPattern(200, 30, 900);
  const ones = new Float32Array(200).fill(1);
  const weighting = { features: ones, rowNorms: ones, columnNorms: ones, shrinkage: 0 };
  const stop = (): Promise<void> => Promise.reject(new EngineError('cancelled', 'Stopped on request.'));
  await expect(withNeighbourhoods(things, transpose(things), (hood) => hood.nearest(weighting, 5, stop))).rejects.toMatchObject({
    code: 'cancelled',
  });
  const one = buildSparseMatrix(1, 1, Int32Array.of(0), Int32Array.of(0));
  const alone = await withNeighbourhoods(one, one, (hood) => hood.nearest(weighting, 5, quiet));
  expect([...alone.indptr]).toEqual([0, 0]);
});

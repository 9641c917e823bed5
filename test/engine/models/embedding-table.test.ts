import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../../engine/math/random.ts';
import { type Bags, BagWriter } from '../../../engine/models/bags.ts';
import { createAlgebra } from '../../../engine/models/create-algebra.ts';
import { initialAccumulator } from '../../../engine/models/embedding-table.ts';
import { loadTensorFlow, tensorFlow } from '../../../engine/models/tensorflow.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

function bagsOf(entries: [number, number][][]): Bags {
  const writer = new BagWriter();
  for (const bag of entries) {
    for (const [row, weight] of bag) writer.add(row, weight);
    writer.next();
  }
  return writer.bags();
}

describe('an embedding table', () => {
  test('adds up the weighted rows of each bag', () => {
    const { algebra, createTable } = createAlgebra();
    const table = createTable(3, 2);
    table.values.set([1, 2, 10, 20, 100, 200]);
    const bags = bagsOf([
      [
        [2, 1],
        [0, 0.5],
      ],
      [],
      [[1, 3]],
    ]);
    const vectors = algebra.scope(() => algebra.read(table.lookup(bags).vectors));
    // 1 · (100, 200) + 0.5 · (1, 2); nothing; 3 · (10, 20)
    expect([...vectors]).toEqual([100.5, 201, 0, 0, 30, 60]);
    algebra.dispose();
  });

  test.each([[[2, 1]], [[1, 1]]])('changes the rows that a batch touched with weights %j, and no other', (weights) => {
    const { algebra, createTable } = createAlgebra();
    const table = createTable(4, 1);
    table.values.fill(1);
    const bags = bagsOf(weights.map((weight) => [[1, weight]]));
    const vectors = algebra.scope(() => {
      const lookup = table.lookup(bags);
      lookup.apply(algebra.tensor(Float32Array.of(1, -3), [2, 1]), 0.5);
      return [...algebra.read(lookup.vectors)];
    });
    expect(vectors).toEqual(weights);
    // Row 1: g = weight · 1 + weight · (−3); accumulator 0.1 + g²
    const g = (weights[0] as number) - 3 * (weights[1] as number);
    expect(table.values[1]).toBeCloseTo(1 - (0.5 * g) / Math.sqrt(0.1 + g * g), 6);
    expect([0, 2, 3].map((row) => table.values[row])).toEqual([1, 1, 1]);
    algebra.dispose();
  });

  // Kernels take four columns and four rows at a time; what is left over goes another way.
  test.each([1, 3, 4, 8, 10, 17])('with %d columns does on random bags, with rows that repeat, what the formulas say', (dimensions) => {
    const random = createRandom(7);
    const { algebra, createTable } = createAlgebra();
    const table = createTable(50, dimensions);
    const expected = Array.from(table.values, () => random.normal());
    const squares = expected.map(() => initialAccumulator);
    table.values.set(expected);
    for (let step = 0; step < 3; step++) {
      const entries = Array.from({ length: 40 }, () =>
        Array.from({ length: random.integer(12) }, (): [number, number] => [random.integer(50), Math.fround(random.normal())]),
      );
      const gradient = Float32Array.from({ length: 40 * dimensions }, () => random.normal());
      const vectors = algebra.scope(() => {
        const lookup = table.lookup(bagsOf(entries));
        lookup.apply(algebra.tensor(gradient, [40, dimensions]), 0.1);
        return algebra.read(lookup.vectors);
      });
      const sums = new Map<number, number>();
      entries.forEach((bag, b) => {
        for (let d = 0; d < dimensions; d++) {
          const sum = bag.reduce((total, [row, weight]) => total + weight * (expected[row * dimensions + d] as number), 0);
          expect(vectors[b * dimensions + d]).toBeCloseTo(sum, 4);
          for (const [row, weight] of bag) {
            const at = row * dimensions + d;
            sums.set(at, (sums.get(at) ?? 0) + weight * (gradient[b * dimensions + d] as number));
          }
        }
      });
      for (const [at, g] of sums) {
        squares[at] = (squares[at] as number) + g * g;
        expected[at] = (expected[at] as number) - (0.1 * g) / Math.sqrt(squares[at] as number);
      }
    }
    expected.forEach((value, at) => {
      expect(table.values[at]).toBeCloseTo(value, 4);
      expect(table.squares[at]).toBeCloseTo(squares[at] as number, 2);
    });
    algebra.dispose();
  });
});

test('a lookup leaves nothing of TensorFlow’s behind', () => {
  const { tf, native } = tensorFlow();
  const before = [tf.memory().numTensors, native?.getNumOfTensors()];
  const { algebra, createTable } = createAlgebra();
  const table = createTable(10, 2);
  algebra.scope(() => {
    const lookup = table.lookup(bagsOf([[[3, 0.5]]]));
    lookup.apply(lookup.vectors, 0.1);
  });
  algebra.dispose();
  expect([tf.memory().numTensors, native?.getNumOfTensors()]).toEqual(before);
});

import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../../engine/math/random.ts';
import { createPlainAlgebra } from '../../../engine/models/algebra-plain.ts';
import { BagWriter } from '../../../engine/models/bags.ts';
import { createAlgebra, type TrainingAlgebra } from '../../../engine/models/create-algebra.ts';
import { createPlainTable } from '../../../engine/models/embedding-table-plain.ts';
import { loadTensorFlow, tensorFlow } from '../../../engine/models/tensorflow.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

function plain(): TrainingAlgebra {
  const algebra = createPlainAlgebra(tensorFlow().tf);
  return { algebra, createTable: (values, dimensions) => createPlainTable(algebra, values, dimensions) };
}

const kinds: [string, () => TrainingAlgebra][] = [
  ['in TensorFlow', createAlgebra],
  ['in typed arrays', plain],
];

describe.each(kinds)('an embedding table %s', (_, create) => {
  test('adds up the weighted rows of each bag', () => {
    const { algebra, createTable } = create();
    const table = createTable(Float32Array.of(1, 2, 10, 20, 100, 200), 2);
    const writer = new BagWriter();
    writer.add(2, 1);
    writer.add(0, 0.5);
    writer.next();
    writer.next();
    writer.add(1, 3);
    writer.next();
    const vectors = algebra.scope(() => algebra.read(table.lookup(writer.bags()).vectors));
    // 1 · (100, 200) + 0.5 · (1, 2); nothing; 3 · (10, 20)
    expect([...vectors]).toEqual([100.5, 201, 0, 0, 30, 60]);
    table.dispose();
    algebra.dispose();
  });

  // Unweighted bags of one row each take a shorter way.
  test.each([[[2, 1]], [[1, 1]]])('changes the rows that a batch touched with weights %j, and no other', (weights) => {
    const { algebra, createTable } = create();
    const table = createTable(Float32Array.of(1, 1, 1, 1), 1);
    const writer = new BagWriter();
    for (const weight of weights) {
      writer.add(1, weight);
      writer.next();
    }
    const vectors = algebra.scope(() => {
      const lookup = table.lookup(writer.bags());
      lookup.apply(algebra.tensor(Float32Array.of(1, -3), [2, 1]), 0.5);
      return [...algebra.read(lookup.vectors)];
    });
    expect(vectors).toEqual(weights);
    // Row 1: g = weight · 1 + weight · (−3); accumulator 0.1 + g²
    const g = (weights[0] as number) - 3 * (weights[1] as number);
    expect(table.read()[1]).toBeCloseTo(1 - (0.5 * g) / Math.sqrt(0.1 + g * g), 6);
    expect([0, 2, 3].map((row) => table.read()[row])).toEqual([1, 1, 1]);
    table.dispose();
    algebra.dispose();
  });
});

test('both kinds agree on random bags, with rows that repeat within a bag', () => {
  const random = createRandom(7);
  const initial = Float32Array.from({ length: 50 * 8 }, () => random.normal());
  const tables = kinds.map(([, create]) => {
    const made = create();
    return { ...made, table: made.createTable(initial, 8) };
  });
  for (let step = 0; step < 3; step++) {
    const writer = new BagWriter();
    for (let bag = 0; bag < 40; bag++) {
      for (let i = random.integer(5); i > 0; i--) writer.add(random.integer(50), random.normal());
      writer.next();
    }
    const gradient = Float32Array.from({ length: 40 * 8 }, () => random.normal());
    const [native, inArrays] = tables.map(({ algebra, table }) =>
      algebra.scope(() => {
        const lookup = table.lookup(writer.bags());
        lookup.apply(algebra.tensor(gradient, [40, 8]), 0.1);
        return algebra.read(lookup.vectors);
      }),
    );
    for (let i = 0; i < 320; i++) expect(native?.[i]).toBeCloseTo(inArrays?.[i] as number, 4);
  }
  const [native, inArrays] = tables.map(({ table }) => table.read());
  for (let i = 0; i < 400; i++) expect(native?.[i]).toBeCloseTo(inArrays?.[i] as number, 4);
  for (const { table, algebra } of tables) {
    table.dispose();
    algebra.dispose();
  }
});

test('a table gives all its memory back', () => {
  const { tf, native } = tensorFlow();
  const before = [tf.memory().numTensors, native?.getNumOfTensors()];
  const { algebra, createTable } = createAlgebra();
  const table = createTable(new Float32Array(20), 2);
  for (const weight of [1, 0.5]) {
    const writer = new BagWriter();
    writer.add(3, weight);
    writer.next();
    algebra.scope(() => {
      const lookup = table.lookup(writer.bags());
      lookup.apply(lookup.vectors, 0.1);
    });
  }
  table.dispose();
  algebra.dispose();
  expect([tf.memory().numTensors, native?.getNumOfTensors()]).toEqual(before);
});

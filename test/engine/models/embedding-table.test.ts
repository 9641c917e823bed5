import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../../engine/math/random.ts';
import { BagWriter } from '../../../engine/models/bags.ts';
import { createEmbeddingTable } from '../../../engine/models/create-embedding-table.ts';
import type { EmbeddingTable } from '../../../engine/models/embedding-table.ts';
import { createPlainTable } from '../../../engine/models/embedding-table-plain.ts';
import { loadTensorFlow, tensorFlow } from '../../../engine/models/tensorflow.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

const kinds: [string, (values: Float32Array, dimensions: number) => EmbeddingTable][] = [
  ['in TensorFlow', createEmbeddingTable],
  ['in typed arrays', createPlainTable],
];

describe.each(kinds)('an embedding table %s', (_, create) => {
  test('adds up the weighted rows of each bag', () => {
    const table = create(Float32Array.of(1, 2, 10, 20, 100, 200), 2);
    const writer = new BagWriter();
    writer.add(2, 1);
    writer.add(0, 0.5);
    writer.next();
    writer.next();
    writer.add(1, 3);
    writer.next();
    const lookup = table.lookup(writer.bags());
    // 1 · (100, 200) + 0.5 · (1, 2); nothing; 3 · (10, 20)
    expect(Array.from(lookup.vectors.dataSync())).toEqual([100.5, 201, 0, 0, 30, 60]);
    lookup.vectors.dispose();
    lookup.release();
    table.dispose();
  });

  test('changes the rows that a batch touched, and no other', () => {
    const table = create(Float32Array.of(1, 1, 1, 1), 1);
    const writer = new BagWriter();
    for (const weight of [2, 1]) {
      writer.add(1, weight);
      writer.next();
    }
    const lookup = table.lookup(writer.bags());
    const gradient = tensorFlow().tf.tensor2d([1, -3], [2, 1]);
    lookup.apply(gradient, 0.5);
    // Row 1: g = 2 · 1 + 1 · (−3) = −1; accumulator 0.1 + 1; 1 + 0.5 · 1 / √1.1
    expect(table.read()[1]).toBeCloseTo(1 + 0.5 / Math.sqrt(1.1), 6);
    expect([0, 2, 3].map((row) => table.read()[row])).toEqual([1, 1, 1]);
    gradient.dispose();
    lookup.vectors.dispose();
    table.dispose();
  });
});

test('both kinds agree on random bags, with rows that repeat within a bag', () => {
  const random = createRandom(7);
  const initial = Float32Array.from({ length: 50 * 8 }, () => random.normal());
  const tables = kinds.map(([, create]) => create(initial, 8));
  const { tf } = tensorFlow();
  for (let step = 0; step < 3; step++) {
    const writer = new BagWriter();
    for (let bag = 0; bag < 40; bag++) {
      for (let i = random.integer(5); i > 0; i--) writer.add(random.integer(50), random.normal());
      writer.next();
    }
    const gradient = tf.tensor2d(
      Float32Array.from({ length: 40 * 8 }, () => random.normal()),
      [40, 8],
    );
    const [native, plain] = tables.map((table) => {
      const lookup = table.lookup(writer.bags());
      const vectors = lookup.vectors.dataSync();
      lookup.apply(gradient, 0.1);
      lookup.vectors.dispose();
      return vectors;
    });
    gradient.dispose();
    for (let i = 0; i < 320; i++) expect(native?.[i]).toBeCloseTo(plain?.[i] as number, 4);
  }
  const [native, plain] = tables.map((table) => table.read());
  for (let i = 0; i < 400; i++) expect(native?.[i]).toBeCloseTo(plain?.[i] as number, 4);
  for (const table of tables) table.dispose();
});

test('a table gives all its memory back', () => {
  const { tf, native } = tensorFlow();
  const before = [tf.memory().numTensors, native?.getNumOfTensors()];
  const table = createEmbeddingTable(new Float32Array(20), 2);
  const writer = new BagWriter();
  writer.add(3, 1);
  writer.next();
  const lookup = table.lookup(writer.bags());
  lookup.apply(lookup.vectors, 0.1);
  lookup.vectors.dispose();
  table.dispose();
  expect([tf.memory().numTensors, native?.getNumOfTensors()]).toEqual(before);
});

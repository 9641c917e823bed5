import { beforeAll, describe, expect, test } from 'vitest';
import type { Algebra, Dense } from '../../../engine/models/algebra.ts';
import { createPlainAlgebra } from '../../../engine/models/algebra-plain.ts';
import { createAlgebra } from '../../../engine/models/create-algebra.ts';
import { loadTensorFlow, tensorFlow } from '../../../engine/models/tensorflow.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

const kinds: [string, () => Algebra][] = [
  ["in TensorFlow's ops", () => createAlgebra().algebra],
  ["in tfjs's kernels", () => createPlainAlgebra(tensorFlow().tf)],
];

/** [[0, 1, 1], [0, 0, 0]], and nothing at all. */
const someOnes = { rows: 2, columns: 3, indptr: Int32Array.of(0, 2, 2), indices: Int32Array.of(1, 2) };
const noOnes = { rows: 2, columns: 3, indptr: new Int32Array(3), indices: new Int32Array(0) };

describe.each(kinds)('algebra %s', (_, create) => {
  /** What `work` makes of two matrices, [[1, 2], [3, 4], [5, 6]] and [[1, -1], [0.5, 2]]. */
  function made(work: (algebra: Algebra, a: Dense, b: Dense) => Dense): { shape: number[]; values: number[] } {
    const algebra = create();
    const result = algebra.scope(() => {
      const a = algebra.tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
      const b = algebra.tensor(Float32Array.of(1, -1, 0.5, 2), [2, 2]);
      const tensor = work(algebra, a, b);
      return { shape: [...tensor.shape], values: [...algebra.read(tensor)] };
    });
    algebra.dispose();
    return result;
  }

  const cases: [string, (algebra: Algebra, a: Dense, b: Dense) => Dense, number[], number[]][] = [
    ['product', (algebra, a, b) => algebra.product(a, b), [3, 2], [2, 3, 5, 5, 8, 7]],
    ['product with the right side turned', (algebra, a, b) => algebra.product(a, b, { b: true }), [3, 2], [-1, 4.5, -1, 9.5, -1, 14.5]],
    ['product with the left side turned', (algebra, a) => algebra.product(a, a, { a: true }), [2, 2], [35, 44, 44, 56]],
    ['sum with a row', (algebra, a) => algebra.add(a, algebra.tensor(Float32Array.of(10, 20), [2])), [3, 2], [11, 22, 13, 24, 15, 26]],
    ['difference to a number', (algebra, a) => algebra.subtract(a, 1), [3, 2], [0, 1, 2, 3, 4, 5]],
    ['product with a column', (algebra, a) => algebra.multiply(a, algebra.rowSums(a)), [3, 2], [3, 6, 21, 28, 55, 66]],
    ['quotient', (algebra, _a, b) => algebra.divide(1, b), [2, 2], [1, -1, 2, 0.5]],
    ['logarithm of the exponential', (algebra, a) => algebra.log(algebra.exp(a)), [3, 2], [1, 2, 3, 4, 5, 6]],
    ['reciprocal root', (algebra, a) => algebra.rsqrt(algebra.multiply(a, a)), [3, 2], [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6]],
    ['rectifier', (algebra, _a, b) => algebra.relu(b), [2, 2], [1, 0, 0.5, 2]],
    ["rectifier's gradient", (algebra, _a, b) => algebra.reluGradient(algebra.add(b, 10), algebra.relu(b)), [2, 2], [11, 0, 10.5, 12]],
    ['sums of the rows', (algebra, a) => algebra.rowSums(a), [3, 1], [3, 7, 11]],
    ['sums of the columns', (algebra, a) => algebra.columnSums(a), [2], [9, 12]],
    ['total', (algebra, a) => algebra.total(a), [], [21]],
    ['rows', (algebra, a) => algebra.rows(a, 1, 2), [2, 2], [3, 4, 5, 6]],
    ['stack', (algebra, a, b) => algebra.stack([b, a]), [5, 2], [1, -1, 0.5, 2, 1, 2, 3, 4, 5, 6]],
    ['beside', (algebra, a) => algebra.beside([a, algebra.rowSums(a)]), [3, 3], [1, 2, 3, 3, 4, 7, 5, 6, 11]],
    ['transpose', (algebra, a) => algebra.transpose(a), [2, 3], [1, 3, 5, 2, 4, 6]],
    ['another shape', (algebra, a) => algebra.reshape(a, [1, 3, 2]), [1, 3, 2], [1, 2, 3, 4, 5, 6]],
    [
      'products of pairs of matrices',
      (algebra, a) => algebra.product(algebra.reshape(a, [3, 1, 2]), algebra.reshape(a, [3, 2, 1])),
      [3, 1, 1],
      [5, 25, 61],
    ],
    [
      'products of pairs of matrices, turned',
      (algebra, a) => algebra.product(algebra.reshape(a, [3, 1, 2]), algebra.reshape(a, [3, 1, 2]), { a: true }),
      [3, 2, 2],
      [1, 2, 2, 4, 9, 12, 12, 16, 25, 30, 30, 36],
    ],
    ['middle dimensions changed', (algebra, a) => algebra.swapMiddle(algebra.reshape(a, [1, 3, 2, 1])), [1, 2, 3, 1], [1, 3, 5, 2, 4, 6]],
    ['softmax', (algebra, a) => algebra.softmax(algebra.multiply(a, Math.log(2))), [3, 2], [1 / 3, 2 / 3, 1 / 3, 2 / 3, 1 / 3, 2 / 3]],
    ['product of ones', (algebra, a) => algebra.onesProduct(someOnes, a), [2, 2], [8, 10, 0, 0]],
    ['product of no ones', (algebra, a) => algebra.onesProduct(noOnes, a), [2, 2], [0, 0, 0, 0]],
    ['pick', (algebra, a) => algebra.pick(a, Int32Array.of(2, 0, 2)), [3, 2], [5, 6, 1, 2, 5, 6]],
    ['segment sums', (algebra, a) => algebra.segmentSums(a, Int32Array.of(3, 0, 3), 4), [4, 2], [3, 4, 0, 0, 0, 0, 6, 8]],
  ];
  test.each(cases)('%s', (_name, work, shape, values) => {
    const result = made(work);
    expect(result.shape).toEqual(shape);
    expect(result.values).toHaveLength(values.length);
    result.values.forEach((value, i) => {
      expect(value).toBeCloseTo(values[i] as number, 4);
    });
  });

  test('a scope frees what was made in it, but not what was kept', () => {
    const { tf, native } = tensorFlow();
    const count = (): number => tf.memory().numTensors + (native?.getNumOfTensors() ?? 0);
    const before = count();
    const algebra = create();
    const kept = algebra.scope(() => {
      const inner = algebra.scope(() => algebra.keep(algebra.add(algebra.tensor(Float32Array.of(1, 2), [2]), 1)));
      algebra.multiply(inner, 2);
      return inner;
    });
    expect([...algebra.read(kept)]).toEqual([2, 3]);
    algebra.free(kept);
    expect(() =>
      algebra.scope(() => {
        algebra.tensor(Float32Array.of(1), [1]);
        throw new Error('no');
      }),
    ).toThrow('no');
    algebra.dispose();
    expect(count()).toBe(before);
  });
});

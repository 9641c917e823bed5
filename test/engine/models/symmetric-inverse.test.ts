import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../../engine/math/random.ts';
import type { Algebra } from '../../../engine/models/algebra.ts';
import { createPlainAlgebra } from '../../../engine/models/algebra-plain.ts';
import { createAlgebra } from '../../../engine/models/create-algebra.ts';
import { createOwned, type Owned } from '../../../engine/models/owned.ts';
import { addToDiagonal, buildSymmetric, dropSymmetric, type Symmetric, wholeOf } from '../../../engine/models/symmetric.ts';
import { invertSymmetric } from '../../../engine/models/symmetric-inverse.ts';
import { loadTensorFlow, tensorFlow } from '../../../engine/models/tensorflow.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

/** XᵀX of random bits, as in counts of common users. */
function counts(size: number, rows: number): Float64Array {
  const random = createRandom(4, 'counts');
  const bits = Array.from({ length: rows }, () => Uint8Array.from({ length: size }, () => (random.next() < 0.1 ? 1 : 0)));
  const matrix = new Float64Array(size * size);
  for (const row of bits)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) matrix[i * size + j] = (matrix[i * size + j] as number) + (row[i] as number) * (row[j] as number);
  return matrix;
}

/** A⁻¹ by Gauss and Jordan in 64 bits: the second implementation. */
function inverted(values: Float64Array, size: number): Float64Array {
  const a = values.slice();
  const b = new Float64Array(size * size);
  for (let i = 0; i < size; i++) b[i * (size + 1)] = 1;
  for (let pivot = 0; pivot < size; pivot++) {
    const by = 1 / (a[pivot * (size + 1)] as number);
    for (const m of [a, b]) for (let j = 0; j < size; j++) m[pivot * size + j] = (m[pivot * size + j] as number) * by;
    for (let i = 0; i < size; i++) {
      const factor = a[i * size + pivot] as number;
      if (i === pivot || factor === 0) continue;
      for (const m of [a, b])
        for (let j = 0; j < size; j++) m[i * size + j] = (m[i * size + j] as number) - factor * (m[pivot * size + j] as number);
    }
  }
  return b;
}

const put = (owned: Owned, values: Float64Array, size: number): Promise<Symmetric> =>
  buildSymmetric(owned, size, async (from, count) => {
    const width = from + count;
    return Float32Array.from({ length: count * width }, (_, at) => values[(from + Math.floor(at / width)) * size + (at % width)] as number);
  });

const kinds: [string, () => Algebra][] = [
  ["in TensorFlow's ops", () => createAlgebra().algebra],
  ["in tfjs's kernels", () => createPlainAlgebra(tensorFlow().tf)],
];

describe.each(kinds)('a symmetric matrix in halves %s', (_, create) => {
  // One block, two, an uneven number of them with an incomplete one.
  test.each([5, 130, 333])('of %i rows: whole again, and inverted as in 64 bits', async (size) => {
    const algebra = create();
    const owned = createOwned(algebra);
    const { tf, native } = tensorFlow();
    const before = [tf.memory().numTensors, native?.getNumOfTensors()];
    const values = counts(size, 400);
    const matrix = await put(owned, values, size);
    const whole = wholeOf(owned, matrix);
    expect([...algebra.read(whole)]).toEqual([...values]);

    const held = addToDiagonal(owned, matrix, 20);
    for (let i = 0; i < size; i++) values[i * (size + 1)] = (values[i * (size + 1)] as number) + 20;
    const reports: number[] = [];
    const inverse = await invertSymmetric(owned, held, async (done, total) => {
      expect(done).toBeLessThanOrEqual(total);
      reports.push(done);
    });
    const result = algebra.read(wholeOf(owned, inverse));
    const expected = inverted(values, size);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (result[at] as number))), 0);
    expect(worst / largest).toBeLessThan(1e-5);
    expect(reports).toEqual([...reports].sort((a, b) => a - b));

    // The matrix itself stayed as it was.
    expect([...algebra.read(wholeOf(owned, held))]).toEqual([...values]);
    dropSymmetric(owned, inverse);
    owned.dropAll();
    expect([tf.memory().numTensors, native?.getNumOfTensors()]).toEqual(before);
    algebra.dispose();
  });
});

test('a matrix that is not positive definite is refused with what to do', async () => {
  const { algebra } = createAlgebra();
  const owned = createOwned(algebra);
  // 200 columns of rank 50, and nothing added.
  const matrix = await put(owned, counts(200, 50), 200);
  await expect(invertSymmetric(owned, matrix, async () => {})).rejects.toMatchObject({
    code: 'diverged',
    message: expect.stringContaining('Choose a larger ridge'),
  });
  owned.dropAll();
  algebra.dispose();
});

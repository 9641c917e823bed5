import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../../engine/math/random.ts';
import { createAlgebra } from '../../../engine/models/create-algebra.ts';
import { inBatchSoftmax } from '../../../engine/models/in-batch-softmax.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

const dimensions = 3;
const own = Int32Array.of(0, 2, 2, 1, 0);
const weights = Float32Array.of(1, 0.5, 2, 1, 1);
const corrections = Float32Array.of(1, 2, 4.5, 1.2);
const temperature = 0.3;

const unit = (vector: number[]): number[] => vector.map((x) => x / Math.hypot(...vector));
const rowsOf = (values: Float64Array): number[][] =>
  Array.from({ length: values.length / dimensions }, (_, row) => unit([...values.subarray(row * dimensions, (row + 1) * dimensions)]));

/** The loss as its formula says it, in double precision. */
function lossOf(users: Float64Array, items: Float64Array): number {
  const [u, v] = [rowsOf(users), rowsOf(items)];
  return u.reduce((total, user, i) => {
    const logits = v.map((item) => item.reduce((sum, x, d) => sum + x * (user[d] as number), 0) / temperature);
    const positive = own[i] as number;
    const z = logits.reduce((sum, logit, j) => sum + (j === positive ? 1 : (corrections[j] as number)) * Math.exp(logit), 0);
    return total + (weights[i] as number) * (Math.log(z) - (logits[positive] as number));
  }, 0);
}

const random = createRandom(5);
const users = Float64Array.from({ length: own.length * dimensions }, () => random.normal());
const items = Float64Array.from({ length: corrections.length * dimensions }, () => random.normal());

function compute(): { loss: number; users: number[]; items: number[] } {
  const { algebra } = createAlgebra();
  const result = algebra.scope(() => {
    const vectors = algebra.tensor(Float32Array.from([...users, ...items]), [own.length + corrections.length, dimensions]);
    const { loss, gradient } = inBatchSoftmax(algebra, { vectors, own, weights, corrections, temperature });
    const slopes = [...algebra.read(gradient)];
    return { loss: algebra.read(loss)[0] as number, users: slopes.slice(0, users.length), items: slopes.slice(users.length) };
  });
  algebra.dispose();
  return result;
}

test('the loss is that of the formula', () => {
  expect(compute().loss).toBeCloseTo(lossOf(users, items), 4);
});

test('the gradients are the slopes of the loss', () => {
  const { users: du, items: dv } = compute();
  const h = 1e-5;
  const slope = (values: Float64Array, at: number): number => {
    const kept = values[at] as number;
    values[at] = kept + h;
    const above = lossOf(users, items);
    values[at] = kept - h;
    const below = lossOf(users, items);
    values[at] = kept;
    return (above - below) / (2 * h);
  };
  du.forEach((gradient, at) => {
    expect(gradient).toBeCloseTo(slope(users, at), 3);
  });
  dv.forEach((gradient, at) => {
    expect(gradient).toBeCloseTo(slope(items, at), 3);
  });
});

test('columns that are out of the question for an example have no part in its loss and gradients', () => {
  const { algebra } = createAlgebra();
  const run = (columns: number, admitted?: () => Float32Array): { loss: number; users: number[] } =>
    algebra.scope(() => {
      const { loss, gradient } = inBatchSoftmax(algebra, {
        vectors: algebra.tensor(Float32Array.from([...users, ...items.subarray(0, columns * dimensions)]), [
          own.length + columns,
          dimensions,
        ]),
        own,
        weights,
        corrections: corrections.slice(0, columns),
        temperature,
        ...(admitted ? { admitted } : {}),
      });
      return { loss: algebra.read(loss)[0] as number, users: [...algebra.read(gradient)].slice(0, users.length) };
    });
  // The last column is nobody's own: without it, all is as if it were not there.
  const without = run(3);
  const masked = run(4, () => Float32Array.from({ length: own.length * 4 }, (_, i) => (i % 4 === 3 ? 0 : 1)));
  expect(masked.loss).toBeCloseTo(without.loss, 4);
  masked.users.forEach((slope, i) => {
    expect(slope).toBeCloseTo(without.users[i] as number, 4);
  });
  algebra.dispose();
});

test('a batch with more logits than are made at a time gives what its halves would', () => {
  const { algebra } = createAlgebra();
  const random = createRandom(11);
  // 5,000 examples × 4,000 columns are two blocks; the loss of each example does not depend on the others.
  const [count, columns] = [5000, 4000];
  const values = Float32Array.from({ length: (count + columns) * 2 }, () => random.normal());
  const wanted = Int32Array.from({ length: count }, (_, i) => i % columns);
  const lossOfRows = (from: number, to: number): number =>
    algebra.scope(() => {
      const { loss } = inBatchSoftmax(algebra, {
        vectors: algebra.tensor(Float32Array.from([...values.subarray(from * 2, to * 2), ...values.subarray(count * 2)]), [
          to - from + columns,
          2,
        ]),
        own: wanted.slice(from, to),
        weights: new Float32Array(to - from).fill(1),
        corrections: new Float32Array(columns).fill(1),
        temperature,
      });
      return algebra.read(loss)[0] as number;
    });
  const whole = lossOfRows(0, count);
  expect(whole).toBeGreaterThan(0);
  expect((lossOfRows(0, 2500) + lossOfRows(2500, count)) / whole).toBeCloseTo(1, 5);
  algebra.dispose();
});

test('the loss and gradients of a large batch are those of small ones, to the digits of 16-bit products', () => {
  const { algebra } = createAlgebra();
  const random = createRandom(12);
  const [count, columns, size] = [1024, 600, 8];
  const values = Float32Array.from({ length: (count + columns) * size }, () => random.normal());
  const wanted = Int32Array.from({ length: count }, (_, i) => i % columns);
  // Corrections as of a large catalogue: the own item's term must not drown in the rounding of its column's.
  const corrections = Float32Array.from({ length: columns }, () => 1 + 200 * random.next());
  const run = (from: number, to: number): { loss: number; gradient: Float32Array } =>
    algebra.scope(() => {
      const { loss, gradient } = inBatchSoftmax(algebra, {
        vectors: algebra.tensor(Float32Array.from([...values.subarray(from * size, to * size), ...values.subarray(count * size)]), [
          to - from + columns,
          size,
        ]),
        own: wanted.slice(from, to),
        weights: new Float32Array(to - from).fill(1),
        corrections,
        temperature: 0.2,
      });
      return { loss: algebra.read(loss)[0] as number, gradient: algebra.read(gradient) };
    });
  const whole = run(0, count);
  let loss = 0;
  let [dot, wholeSquares, partSquares] = [0, 0, 0];
  for (let from = 0; from < count; from += 128) {
    const part = run(from, from + 128);
    loss += part.loss;
    for (let i = 0; i < 128 * size; i++) {
      const [x, y] = [whole.gradient[from * size + i] as number, part.gradient[i] as number];
      dot += x * y;
      wholeSquares += x * x;
      partSquares += y * y;
    }
  }
  expect(whole.loss / loss).toBeCloseTo(1, 2);
  expect(dot / Math.sqrt(wholeSquares * partSquares)).toBeGreaterThan(0.999);
  algebra.dispose();
});

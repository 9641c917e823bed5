import type * as Tfjs from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { type Matrix, rowAt, type SparseMatrix } from '../math/arrays.ts';
import type { Algebra, Dense } from './algebra.ts';
import type { Pattern } from './sparse-rows.ts';

const of = (tensor: Dense): Tensor2D => tensor as unknown as Tensor2D;
/** tfjs's tensors are what this algebra hands out. */
const dense = (tensor: Tensor): Dense => tensor as unknown as Dense;
const operand = (value: Dense | number): Tensor2D | number => (typeof value === 'number' ? value : of(value));

/** into += factor · row */
function addTimes(into: Float32Array, row: Float32Array, factor: number): void {
  for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) + factor * (row[i] as number);
}

/** The same by tfjs's own kernels, for machines without the native library. */
export function createPlainAlgebra(tf: typeof Tfjs): Algebra {
  const binary = (op: (a: Tensor | number, b: Tensor | number) => Tensor) => (a: Dense | number, b: Dense | number) =>
    dense(op(operand(a), operand(b)));
  function sparseProduct(sparse: Pattern | SparseMatrix, right: Dense): Dense {
    const columns = right.shape[1] as number;
    const added: Matrix = { rows: right.shape[0] as number, columns, data: of(right).dataSync() as Float32Array };
    const result = new Float32Array(sparse.rows * columns);
    for (let row = 0; row < sparse.rows; row++) {
      const into = result.subarray(row * columns, (row + 1) * columns);
      for (let at = sparse.indptr[row] as number; at < (sparse.indptr[row + 1] as number); at++)
        addTimes(into, rowAt(added, sparse.indices[at] as number), sparse.values?.[at] ?? 1);
    }
    return dense(tf.tensor2d(result, [sparse.rows, columns]));
  }
  return {
    scope(work) {
      let result: ReturnType<typeof work> | undefined;
      // Nothing is returned from `tidy`: it would look for tensors in every element of an array.
      tf.tidy(() => {
        result = work();
      });
      return result as ReturnType<typeof work>;
    },
    keep: (tensor) => dense(tf.keep(of(tensor))),
    free(...tensors) {
      for (const tensor of tensors) of(tensor).dispose();
    },
    tensor: (values, shape) => dense(tf.tensor(values, shape)),
    read: (tensor) => of(tensor).dataSync() as Float32Array,
    product: (a, b, transpose) => dense(tf.matMul(of(a), of(b), transpose?.a ?? false, transpose?.b ?? false)),
    add: binary(tf.add),
    subtract: binary(tf.sub),
    multiply: binary(tf.mul),
    divide: binary(tf.div),
    exp: (a) => dense(tf.exp(of(a))),
    log: (a) => dense(tf.log(of(a))),
    half: (a) => a,
    full: (a) => a,
    rsqrt: (a) => dense(tf.rsqrt(of(a))),
    relu: (a) => dense(tf.relu(of(a))),
    reluGradient: (gradient, output) => dense(tf.mul(of(gradient), tf.cast(tf.greater(of(output), 0), 'float32'))),
    rowSums: (a) => dense(tf.sum(of(a), 1, true)),
    columnSums: (a) => dense(tf.sum(of(a), 0)),
    total: (a) => dense(tf.sum(of(a))),
    rows: (a, from, count) => dense(tf.slice(of(a), [from, 0], [count, a.shape[1] as number])),
    stack: (parts) => dense(tf.concat(parts.map(of), 0)),
    beside: (parts) => dense(tf.concat(parts.map(of), 1)),
    transpose: (a) => dense(tf.transpose(of(a))),
    reshape: (a, shape) => dense(tf.reshape(of(a), shape)),
    swapMiddle: (a) => dense(tf.transpose(of(a), [0, 2, 1, 3])),
    softmax: (a) => dense(tf.softmax(of(a))),
    onesProduct: sparseProduct,
    sparseProduct,
    pick: (a, rows) => dense(tf.gather(of(a), tf.tensor1d(rows, 'int32'))),
    segmentSums(a, segments, count) {
      const columns = a.shape[1] as number;
      const values = of(a).dataSync();
      const sums = new Float32Array(count * columns);
      segments.forEach((segment, row) => {
        for (let d = 0; d < columns; d++)
          sums[segment * columns + d] = (sums[segment * columns + d] as number) + (values[row * columns + d] as number);
      });
      return dense(tf.tensor2d(sums, [count, columns]));
    },
    dispose() {},
  };
}

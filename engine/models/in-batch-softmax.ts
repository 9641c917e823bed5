import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { type NativeAttribute, tensorFlow } from './tensorflow.ts';

/**
 * The softmax loss of a batch with its gradients, in one go.
 *
 *   s_ij = u_i · v_j / temperature           u, v: the towers' outputs, L2-normalised
 *   loss = Σ_i a_i · (log Z_i − s_ip)        p: the example's own item, a_i: its weight
 *   Z_i  = exp s_ip + Σ_{j ≠ p} c_j exp s_ij
 *
 * The columns j are the distinct items of the batch. As each is there once, an example never meets its own item as a negative. c_j corrects for how
 * likely item j was to get into the batch: 1 / that probability (logQ correction, Yi et al. 2019, with the inclusion probability in the place of the
 * expected count, as the columns are distinct), so that Z is an unbiased estimate of the sum over the whole catalogue.
 *
 * Normalised outputs bound the logits by 1 / temperature: exp needs no maximum taken off first. E = exp(s) is made once; E · c gives Z, E · (c ∘ v) the
 * numerators of the users' gradient, and c ∘ Eᵀ · (a u / Z) that of the items.
 */
export interface SoftmaxInput {
  /** Outputs of the user tower, examples × dimensions, and of the item tower, columns × dimensions. */
  users: Tensor2D;
  items: Tensor2D;
  /** Column of each example's own item. */
  own: Int32Array;
  weights: Float32Array;
  /** c_j of each column. */
  corrections: Float32Array;
  temperature: number;
}

export interface SoftmaxResult {
  loss: Scalar;
  users: Tensor2D;
  items: Tensor2D;
}

/** Rows of the same segment added up: segments × columns. */
function segmentSum(rows: Tensor2D, segments: Int32Array, count: number): Tensor2D {
  const { tf, native } = tensorFlow();
  if (native) return tf.unsortedSegmentSum(rows, tf.tensor1d(segments, 'int32'), count) as Tensor2D;
  const columns = rows.shape[1];
  const values = rows.dataSync();
  const sums = new Float32Array(count * columns);
  segments.forEach((segment, row) => {
    for (let d = 0; d < columns; d++)
      sums[segment * columns + d] = (sums[segment * columns + d] as number) + (values[row * columns + d] as number);
  });
  return tf.tensor2d(sums, [count, columns]);
}

/** aᵀ · b. TensorFlow's plain product does this without turning a round first, which the batched one behind tfjs's does not. */
function transposedProduct(a: Tensor2D, b: Tensor2D): Tensor2D {
  const { tf, native } = tensorFlow();
  if (!native) return tf.matMul(a, b, true, false);
  const backend = tf.backend() as unknown as {
    executeSingleOutput(op: string, attributes: NativeAttribute[], inputs: Tensor2D[]): Tensor2D;
  };
  const attributes: NativeAttribute[] = [
    { name: 'T', type: native.TF_ATTR_TYPE as number, value: native.TF_FLOAT },
    { name: 'transpose_a', type: native.TF_ATTR_BOOL as number, value: true },
    { name: 'transpose_b', type: native.TF_ATTR_BOOL as number, value: false },
  ];
  return backend.executeSingleOutput('MatMul', attributes, [a, b]);
}

/** Loss of the batch, and its gradient by the towers' outputs. Call within `tf.tidy`. */
export function inBatchSoftmax({ users, items, own, weights, corrections, temperature }: SoftmaxInput): SoftmaxResult {
  const { tf } = tensorFlow();
  const count = own.length;
  const columns = corrections.length;
  const scale = 1 / temperature;
  const norms = (x: Tensor2D): Tensor2D => tf.rsqrt(tf.add(tf.sum(tf.mul(x, x), 1, true), 1e-12)) as Tensor2D;
  const userNorms = norms(users);
  const itemNorms = norms(items);
  const u = tf.mul(users, userNorms) as Tensor2D;
  const v = tf.mul(items, itemNorms) as Tensor2D;
  const c = tf.tensor2d(corrections, [columns, 1]);
  const a = tf.tensor2d(weights, [count, 1]);
  const vOwn = tf.gather(v, tf.tensor1d(own, 'int32')) as Tensor2D;

  const e = tf.exp(tf.matMul(u, tf.mul(v, scale) as Tensor2D, false, true)) as Tensor2D;
  const ownLogits = tf.mul(tf.sum(tf.mul(u, vOwn), 1, true), scale) as Tensor2D;
  // The example's own item is certain to be in the batch: its term counts 1, not c.
  const surplus = tf.tensor2d(
    Float32Array.from(own, (column) => 1 - (corrections[column] as number)),
    [count, 1],
  );
  const restore = tf.mul(surplus, tf.exp(ownLogits)) as Tensor2D;
  const z = tf.add(tf.matMul(e, c), restore) as Tensor2D;
  const loss = tf.sum(tf.mul(a, tf.sub(tf.log(z), ownLogits))) as Scalar;

  const pull = tf.mul(a, scale);
  const share = tf.div(pull, z);
  // What the own item's term gives both sides: its share of the softmax beyond its column's, minus the target.
  const ownShare = tf.sub(tf.mul(share, restore), pull) as Tensor2D;
  const du = tf.add(tf.mul(tf.matMul(e, tf.mul(v, c) as Tensor2D), share), tf.mul(vOwn, ownShare)) as Tensor2D;
  const fromOwn = segmentSum(tf.mul(u, ownShare) as Tensor2D, own, columns);
  const dv = tf.add(tf.mul(transposedProduct(e, tf.mul(u, share) as Tensor2D), c), fromOwn) as Tensor2D;

  const throughNorm = (gradient: Tensor2D, unit: Tensor2D, norm: Tensor2D): Tensor2D =>
    tf.mul(norm, tf.sub(gradient, tf.mul(unit, tf.sum(tf.mul(gradient, unit), 1, true)))) as Tensor2D;
  return { loss, users: throughNorm(du, u, userNorms), items: throughNorm(dv, v, itemNorms) };
}

/** c_j: one over the probability that an item of this share of the examples gets into a batch. */
export function inclusionCorrection(share: number, batchSize: number): number {
  return -1 / Math.expm1(batchSize * Math.log1p(-Math.min(share, 1 - 1e-9)));
}

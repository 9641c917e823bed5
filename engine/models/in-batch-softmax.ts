import type { Algebra, Dense } from './algebra.ts';

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
 * Normalised outputs bound the logits by 1 / temperature: exp needs no maximum taken off first. E = exp(s) is made once, a block of examples at a time;
 * E · c gives Z, E · (c ∘ v) the numerators of the users' gradient, and c ∘ Eᵀ · (a u / Z) that of the items. Both sides are scaled to length
 * 1 / √temperature in the place of 1, so that their plain product is the logit.
 */
export interface SoftmaxInput {
  /** Outputs of the user tower, examples × dimensions, above those of the item tower, columns × dimensions. */
  vectors: Dense;
  /** Column of each example's own item. */
  own: Int32Array;
  weights: Float32Array;
  /** c_j of each column. */
  corrections: Float32Array;
  temperature: number;
  /** For examples `from .. from + size`: 1 where a column counts, 0 where it is out of the question; all count by default, and an example's own item does. */
  admitted?: (from: number, size: number) => Float32Array;
}

/** Logits at a time, 64 MiB of them: few large products are the fastest, but a batch of tens of thousands must not need gigabytes. */
const blockSize = 16_777_216;
/** From so many logits on, products of 16-bit floats gain more than the conversion takes. */
const halfFrom = 500_000;

/** Loss of the batch, and its gradient by the vectors. Call within a scope of the algebra. */
export function inBatchSoftmax(
  algebra: Algebra,
  { vectors, own, weights, corrections, temperature, admitted }: SoftmaxInput,
): { loss: Dense; gradient: Dense } {
  const { add, subtract, multiply, divide, product, rows, rowSums, full } = algebra;
  const count = own.length;
  const columns = corrections.length;
  const half = count * columns >= halfFrom ? algebra.half : (all: Dense): Dense => all;
  const norms = algebra.rsqrt(multiply(add(rowSums(multiply(vectors, vectors)), 1e-12), temperature));
  const scaled = multiply(vectors, norms);
  const u = rows(scaled, 0, count);
  const v = rows(scaled, count, columns);
  const c = algebra.tensor(corrections, [columns, 1]);
  const [halfItems, halfC, corrected] = [half(v), half(c), half(multiply(v, c))];
  const ownItems = algebra.pick(v, own);
  const ownLogits = rowSums(multiply(u, ownItems));
  // The example's own item is certain to be in the batch: its term counts 1, not c. What is taken away is rounded as what is in the sum.
  const ownC = Float32Array.from(own, (column) => corrections[column] as number);
  const summed = halfItems === v ? ownLogits : rowSums(multiply(full(half(u)), algebra.pick(full(halfItems), own)));
  const restored = subtract(algebra.exp(ownLogits), multiply(algebra.tensor(ownC, [count, 1]), full(algebra.exp(half(summed)))));
  const a = algebra.tensor(weights, [count, 1]);

  const step = Math.max(1, Math.floor(blockSize / columns));
  const zs: Dense[] = [];
  const userGradients: Dense[] = [];
  let itemGradients: Dense | undefined;
  for (let from = 0; from < count; from += step) {
    const size = Math.min(step, count - from);
    const cut = (all: Dense): Dense => (size === count ? all : rows(all, from, size));
    const users = cut(u);
    const all = algebra.exp(product(half(users), halfItems, { b: true }));
    const e = admitted ? multiply(all, half(algebra.tensor(admitted(from, size), [size, columns]))) : all;
    const z = add(full(product(e, halfC)), cut(restored));
    const share = divide(cut(a), z);
    zs.push(z);
    userGradients.push(multiply(full(product(e, corrected)), share));
    const toItems = full(product(e, half(multiply(users, share)), { a: true }));
    itemGradients = itemGradients ? add(itemGradients, toItems) : toItems;
  }
  const joined = (parts: Dense[]): Dense => (parts.length === 1 ? (parts[0] as Dense) : algebra.stack(parts));
  const z = joined(zs);
  const loss = algebra.total(multiply(a, subtract(algebra.log(z), ownLogits)));

  // What the own item's term gives both sides: its share of the softmax beyond its column's, minus the target.
  const ownShare = multiply(a, subtract(divide(restored, z), 1));
  const du = add(joined(userGradients), multiply(ownItems, ownShare));
  const dv = add(multiply(itemGradients as Dense, c), algebra.segmentSums(multiply(u, ownShare), own, columns));
  const slope = algebra.stack([du, dv]);
  // Through the scaling: y = x / (|x| √t) gives (g − t y (y · g)) / (|x| √t).
  const along = multiply(rowSums(multiply(slope, scaled)), temperature);
  return { loss, gradient: multiply(norms, subtract(slope, multiply(scaled, along))) };
}

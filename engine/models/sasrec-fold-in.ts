import { EngineError } from '#contract/errors';
import type { NamedArrays } from '../math/arrays.ts';
import { type BlockSettings, normEpsilon } from './sasrec-blocks.ts';
import { unitVector } from './two-tower-fold-in.ts';

/**
 * A unit vector for somebody with these items, oldest first: the blocks of `sasrec-blocks.ts` over one sequence, in plain arrays, so that it takes no
 * TensorFlow. For nobody's items it is what follows the start.
 */
export function sasrecFoldIn(
  arrays: NamedArrays,
  { dimensions: d, blocks, heads, maxLength }: BlockSettings,
): (itemRows: Int32Array) => Float32Array {
  const floats = (name: string): Float32Array => {
    const data = arrays[name]?.data;
    if (data instanceof Float32Array) return data;
    throw new EngineError('bad_data', `The SASRec model has no array "${name}". Train it again.`, { array: name });
  };
  const weight = (name: string): Float32Array => floats(`block.${name}`);
  const [items, lengths, start, positions] = [floats('item.embedding'), floats('item.length'), floats('start'), weight('positions')];
  const width = d / heads;

  /** x · W + bias, row by row. */
  function dense(x: Float32Array, w: Float32Array, bias?: Float32Array): Float32Array {
    const result = new Float32Array(x.length);
    for (let row = 0; row < x.length; row += d) {
      const to = result.subarray(row, row + d);
      if (bias) to.set(bias);
      for (let i = 0; i < d; i++) {
        const factor = x[row + i] as number;
        for (let j = 0; j < d; j++) to[j] = (to[j] as number) + factor * (w[i * d + j] as number);
      }
    }
    return result;
  }

  function norm(x: Float32Array, name: string): Float32Array {
    const [scale, shift] = [weight(`${name}.scale`), weight(`${name}.shift`)];
    const result = new Float32Array(x.length);
    for (let row = 0; row < x.length; row += d) {
      const from = x.subarray(row, row + d);
      const mean = from.reduce((sum, value) => sum + value, 0) / d;
      const variance = from.reduce((sum, value) => sum + (value - mean) ** 2, 0) / d;
      const inverse = 1 / Math.sqrt(variance + normEpsilon);
      for (let i = 0; i < d; i++) result[row + i] = ((from[i] as number) - mean) * inverse * (scale[i] as number) + (shift[i] as number);
    }
    return result;
  }

  const plus = (x: Float32Array, y: Float32Array): Float32Array => x.map((value, i) => value + (y[i] as number));

  function attend(x: Float32Array, block: number): Float32Array {
    const from = norm(x, `${block}.norm`);
    const [q, k, v] = ['query', 'key', 'value'].map((name) => dense(from, weight(`${block}.${name}`))) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const seen = new Float32Array(x.length);
    for (let at = 0; at < x.length; at += d) {
      for (let head = 0; head < d; head += width) {
        const logits: number[] = [];
        for (let other = 0; other <= at; other += d) {
          let sum = 0;
          for (let i = head; i < head + width; i++) sum += (q[at + i] as number) * (k[other + i] as number);
          logits.push(sum / Math.sqrt(width));
        }
        const highest = Math.max(...logits);
        const shares = logits.map((logit) => Math.exp(logit - highest));
        const total = shares.reduce((sum, share) => sum + share, 0);
        shares.forEach((share, j) => {
          for (let i = head; i < head + width; i++) seen[at + i] = (seen[at + i] as number) + (share / total) * (v[j * d + i] as number);
        });
      }
    }
    return plus(x, dense(seen, weight(`${block}.output`)));
  }

  function feedForward(x: Float32Array, block: number): Float32Array {
    const hidden = dense(norm(x, `${block}.inner.norm`), weight(`${block}.inner`), weight(`${block}.inner.bias`));
    const rectified = hidden.map((value) => Math.max(0, value));
    return plus(x, dense(rectified, weight(`${block}.outer`), weight(`${block}.outer.bias`)));
  }

  return (itemRows) => {
    const inputs = [-1, ...itemRows].slice(-maxLength);
    let x: Float32Array = new Float32Array(inputs.length * d);
    inputs.forEach((item, at) => {
      const length = item < 0 ? 1 : (lengths[item] as number);
      const from = item < 0 ? start : items.subarray(item * d, (item + 1) * d);
      for (let i = 0; i < d; i++) x[at * d + i] = (from[i] as number) * length + (positions[at * d + i] as number);
    });
    for (let block = 0; block < blocks; block++) x = feedForward(attend(x, block), block);
    return unitVector(x.slice(-d));
  };
}

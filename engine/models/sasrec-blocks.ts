import type { Random } from '../math/random.ts';
import type { Algebra, Dense } from './algebra.ts';

/** The shape of the network. */
export interface BlockSettings {
  dimensions: number;
  blocks: number;
  heads: number;
  maxLength: number;
}

/** Added to variances, so that nothing is divided by 0. */
export const normEpsilon = 1e-6;

/** All weights beside the items, by name. */
export function blockShapes({ dimensions: d, blocks, maxLength }: BlockSettings): Record<string, number[]> {
  const shapes: Record<string, number[]> = { positions: [maxLength, d] };
  for (let block = 0; block < blocks; block++)
    Object.assign(shapes, {
      [`${block}.norm.scale`]: [d],
      [`${block}.norm.shift`]: [d],
      [`${block}.query`]: [d, d],
      [`${block}.key`]: [d, d],
      [`${block}.value`]: [d, d],
      [`${block}.output`]: [d, d],
      [`${block}.inner.norm.scale`]: [d],
      [`${block}.inner.norm.shift`]: [d],
      [`${block}.inner`]: [d, d],
      [`${block}.inner.bias`]: [d],
      [`${block}.outer`]: [d, d],
      [`${block}.outer.bias`]: [d],
    });
  return shapes;
}

/**
 * Writes the start of a weight: norms change nothing, products keep the length of a vector, and what a block adds starts at zero, so that a user starts as
 * the last item's embedding.
 */
export function initialWeight(name: string, { shape, values }: { shape: number[]; values: Float32Array }, random: Random): void {
  if (name.endsWith('scale')) values.fill(1);
  if (!/(query|key|value|inner)$/.test(name)) return;
  const deviation = 1 / Math.sqrt(shape[0] as number);
  for (let i = 0; i < values.length; i++) values[i] = random.normal() * deviation;
}

/** Sequences of one length one below the other: `count` times `length` rows. */
export interface SequenceShape {
  count: number;
  length: number;
}

/** Gives a tensor of zeros and 1 / (1 − dropout) of so many rows; null where nothing is dropped. */
export type Mask = ((rows: number) => Dense) | null;

export interface BlocksForward {
  output: Dense;
  /** The gradient by the input, and those by the weights in the order of `blockShapes`. */
  backward(gradient: Dense): { input: Dense; gradients: Dense[] };
}

interface Part {
  output: Dense;
  backward(gradient: Dense): { input: Dense; gradients: Dense[] };
}

/**
 * The blocks over items' embeddings, sequence by sequence; see `sasrec.ts` for the formula. What comes after a position has no part in it, so sequences that
 * are shorter than the others are filled up at their ends with anything. Call within a scope of the algebra, also for the way back.
 */
export function runBlocks(
  algebra: Algebra,
  weight: (name: string) => Dense,
  settings: BlockSettings,
  { count, length }: SequenceShape,
  items: Dense,
  mask: Mask,
): BlocksForward {
  const { add, subtract, multiply, product, reshape, rowSums, columnSums, softmax } = algebra;
  const { dimensions: d, blocks, heads, maxLength } = settings;
  const width = d / heads;
  const rows = count * length;
  const wide = [count, length, d];
  const flat = [rows, d];
  const causal = new Float32Array(length * length);
  for (let i = 0; i < length; i++) causal.fill(-1e9, i * length + i + 1, (i + 1) * length);
  const future = algebra.tensor(causal, [length, length]);
  const split = (a: Dense): Dense =>
    heads === 1 ? reshape(a, wide) : reshape(algebra.swapMiddle(reshape(a, [count, length, heads, width])), [count * heads, length, width]);
  const merge = (a: Dense): Dense => reshape(heads === 1 ? a : algebra.swapMiddle(reshape(a, [count, heads, length, width])), flat);
  /** Dropout: the same zeros on the way back. */
  const dropper = (): ((a: Dense) => Dense) => {
    const zeros = mask?.(rows);
    return zeros ? (a) => multiply(a, zeros) : (a) => a;
  };

  function norm(x: Dense, name: string): Part {
    const centred = subtract(x, multiply(rowSums(x), 1 / d));
    const inverse = algebra.rsqrt(add(multiply(rowSums(multiply(centred, centred)), 1 / d), normEpsilon));
    const unit = multiply(centred, inverse);
    const scale = weight(`${name}.scale`);
    return {
      output: add(multiply(unit, scale), weight(`${name}.shift`)),
      backward(gradient) {
        const slope = multiply(gradient, scale);
        const along = multiply(rowSums(multiply(slope, unit)), 1 / d);
        const level = multiply(rowSums(slope), 1 / d);
        return {
          input: multiply(inverse, subtract(slope, add(level, multiply(unit, along)))),
          gradients: [columnSums(multiply(gradient, unit)), columnSums(gradient)],
        };
      },
    };
  }

  function attention(x: Dense, block: number): Part {
    const normed = norm(x, `${block}.norm`);
    const from = normed.output;
    const names = ['query', 'key', 'value'].map((name) => weight(`${block}.${name}`)) as [Dense, Dense, Dense];
    const [q, k, v] = names.map((w) => split(product(from, w))) as [Dense, Dense, Dense];
    const scale = 1 / Math.sqrt(width);
    const shares = softmax(add(multiply(product(q, k, { b: true }), scale), future));
    const seen = product(shares, v);
    const merged = merge(seen);
    const outer = weight(`${block}.output`);
    const drop = dropper();
    return {
      output: add(x, drop(product(merged, outer))),
      backward(gradient) {
        const dropped = drop(gradient);
        const back = split(product(dropped, outer, { b: true }));
        // Through the softmax: p (g − Σ p g), where Σ p g of a row is what its result and the gradient of that have in common.
        const dots = reshape(rowSums(reshape(multiply(back, seen), [rows * heads, width])), [count * heads, length, 1]);
        const slope = multiply(multiply(shares, subtract(product(back, v, { b: true }), dots)), scale);
        const parts = [product(slope, k), product(slope, q, { a: true }), product(shares, back, { a: true })].map(merge);
        const sum = parts.map((part, i) => product(part, names[i] as Dense, { b: true })).reduce(add);
        const before = normed.backward(sum);
        return {
          input: add(gradient, before.input),
          gradients: [...before.gradients, ...parts.map((part) => product(from, part, { a: true })), product(merged, dropped, { a: true })],
        };
      },
    };
  }

  function feedForward(x: Dense, block: number): Part {
    const normed = norm(x, `${block}.inner.norm`);
    const [inner, outer] = [weight(`${block}.inner`), weight(`${block}.outer`)];
    const hidden = algebra.relu(add(product(normed.output, inner), weight(`${block}.inner.bias`)));
    const drop = dropper();
    return {
      output: add(x, drop(add(product(hidden, outer), weight(`${block}.outer.bias`)))),
      backward(gradient) {
        const dropped = drop(gradient);
        const slope = algebra.reluGradient(product(dropped, outer, { b: true }), hidden);
        const before = normed.backward(product(slope, inner, { b: true }));
        return {
          input: add(gradient, before.input),
          gradients: [
            ...before.gradients,
            product(normed.output, slope, { a: true }),
            columnSums(slope),
            product(hidden, dropped, { a: true }),
            columnSums(dropped),
          ],
        };
      },
    };
  }

  const places = reshape(algebra.rows(weight('positions'), 0, length), [1, length * d]);
  const drop = dropper();
  let value = drop(reshape(add(reshape(items, [count, length * d]), places), flat));
  const parts: Part[] = [];
  for (let block = 0; block < blocks; block++) {
    for (const part of [attention, feedForward]) {
      parts.push(part(value, block));
      value = (parts.at(-1) as Part).output;
    }
  }
  return {
    output: value,
    backward(gradient) {
      const gradients: Dense[] = [];
      let slope = gradient;
      for (const part of parts.reverse()) {
        const back = part.backward(slope);
        gradients.unshift(...back.gradients);
        slope = back.input;
      }
      const input = drop(slope);
      const ofPlaces = [reshape(columnSums(reshape(input, [count, length * d])), [length, d])];
      if (length < maxLength) ofPlaces.push(algebra.tensor(new Float32Array((maxLength - length) * d), [maxLength - length, d]));
      return { input, gradients: [ofPlaces.length === 1 ? (ofPlaces[0] as Dense) : algebra.stack(ofPlaces), ...gradients] };
    },
  };
}

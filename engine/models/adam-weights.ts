import { createKernelPool } from '../kernels/kernel-pool.ts';
import type { NamedArrays } from '../math/arrays.ts';

/** Weights with names that Adam (Kingma & Ba 2015) changes, in the memory of hand-written kernels. */
export interface AdamWeights {
  names: string[];
  /** All weights one after the other: what is written here, the next step sees. */
  all: Float32Array;
  /** One of them. */
  get(name: string): { shape: number[]; values: Float32Array };
  /** One step; `gradients` in the order of `names`. */
  apply(gradients: Float32Array[], learningRate: number): void;
  /** All that learning goes on from, and back again. */
  state(): NamedArrays;
  restore(arrays: NamedArrays): void;
}

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

/** Zeros in these shapes. */
export function createAdamWeights(shapes: Record<string, number[]>): AdamWeights {
  const names = Object.keys(shapes);
  const sizes = names.map((name) => (shapes[name] as number[]).reduce((product, side) => product * side, 1));
  // Kernels take four floats at a time.
  const total = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 4) * 4;
  const pool = createKernelPool({ threads: 1 });
  const [weights, means, squares, slopes] = [pool.floats(total), pool.floats(total), pool.floats(total), pool.floats(total)];
  const offsets = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  let steps = 0;
  const shape = [total];
  return {
    names,
    all: weights.values,
    get(name) {
      const i = names.indexOf(name);
      const offset = offsets[i] as number;
      return { shape: shapes[name] as number[], values: weights.values.subarray(offset, offset + (sizes[i] as number)) };
    },
    apply(gradients, learningRate) {
      steps++;
      gradients.forEach((gradient, i) => {
        slopes.values.set(gradient, offsets[i]);
      });
      const rate = (learningRate * Math.sqrt(1 - beta2 ** steps)) / (1 - beta1 ** steps);
      const places = [slopes, weights, means, squares].map(({ address }) => address);
      pool.rowsNow('adamRows', total / 4, [...places, rate, epsilon, 4]);
    },
    state: () => ({
      weights: { shape, data: weights.values },
      'weights.means': { shape, data: means.values },
      'weights.squares': { shape, data: squares.values },
      'weights.steps': { shape: [1], data: Float64Array.of(steps) },
    }),
    restore(arrays) {
      weights.values.set(arrays.weights?.data as Float32Array);
      means.values.set(arrays['weights.means']?.data as Float32Array);
      squares.values.set(arrays['weights.squares']?.data as Float32Array);
      steps = arrays['weights.steps']?.data[0] as number;
    },
  };
}

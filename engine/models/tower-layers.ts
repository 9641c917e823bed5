import type { NamedArray } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import type { Algebra, Dense } from './algebra.ts';
import { initialAccumulator } from './embedding-table.ts';

/** The hidden layers of a tower: x + f(x), f with ReLU between its layers. Without hidden layers, x itself. */
export interface TowerLayers {
  /** Outputs, and the way back for their gradient, which also leaves the gradients for `apply`. Call within a scope of the algebra. */
  forward(input: Dense): { output: Dense; backward(gradient: Dense): { input: Dense; gradients: Dense[] } };
  /** Adagrad on all weights. Call within a scope of the algebra. */
  apply(gradients: Dense[], learningRate: number): void;
  read(): { shape: number[]; data: Float32Array }[];
  /** Weights and Adagrad's sums of squares: all that learning goes on from, and back again. */
  state(): NamedArray[];
  restore(arrays: NamedArray[]): void;
  dispose(): void;
}

/** Sizes: dimensions → hidden… → dimensions. The last layer starts at zero, so that a tower starts as its embeddings. */
export function createTowerLayers(algebra: Algebra, hidden: number[], dimensions: number, random: Random): TowerLayers {
  const sizes = hidden.length === 0 ? [] : [dimensions, ...hidden, dimensions];
  const arrays = sizes.slice(1).flatMap((outputs, layer) => {
    const inputs = sizes[layer] as number;
    const deviation = layer === sizes.length - 2 ? 0 : Math.sqrt(2 / inputs);
    return [
      { shape: [inputs, outputs], data: Float32Array.from({ length: inputs * outputs }, () => random.normal() * deviation) },
      { shape: [outputs], data: new Float32Array(outputs) },
    ];
  });
  return layersFrom(algebra, arrays);
}

/** The layers again, from what `read` gave: weights and bias of each in turn. */
export function layersFrom(algebra: Algebra, arrays: { shape: number[]; data: Float32Array }[]): TowerLayers {
  const { add, subtract, multiply, product, keep } = algebra;
  let weights: Dense[] = arrays.map(({ shape, data }) => keep(algebra.tensor(data, shape)));
  let accumulators: Dense[] = arrays.map(({ shape, data }) =>
    keep(algebra.tensor(new Float32Array(data.length).fill(initialAccumulator), shape)),
  );
  const count = weights.length / 2;
  const readAll = (tensors: Dense[]) => tensors.map((tensor) => ({ shape: [...tensor.shape], data: algebra.read(tensor) }));
  return {
    forward(input) {
      const inputs: Dense[] = [];
      let value = input;
      for (let layer = 0; layer < count; layer++) {
        inputs.push(value);
        const sum = add(product(value, weights[layer * 2] as Dense), weights[layer * 2 + 1] as Dense);
        value = layer + 1 < count ? algebra.relu(sum) : sum;
      }
      return {
        output: count === 0 ? input : add(input, value),
        backward(gradient) {
          const gradients: Dense[] = [];
          let flowing = gradient;
          for (let layer = count - 1; layer >= 0; layer--) {
            const into = inputs[layer] as Dense;
            gradients.unshift(product(into, flowing, { a: true }), algebra.columnSums(flowing));
            flowing = product(flowing, weights[layer * 2] as Dense, { b: true });
            if (layer > 0) flowing = algebra.reluGradient(flowing, into);
          }
          return { input: count === 0 ? gradient : add(gradient, flowing), gradients };
        },
      };
    },
    apply(gradients, learningRate) {
      const old = [...weights, ...accumulators];
      accumulators = accumulators.map((sum, i) => keep(add(sum, multiply(gradients[i] as Dense, gradients[i] as Dense))));
      weights = weights.map((tensor, i) =>
        keep(subtract(tensor, multiply(multiply(gradients[i] as Dense, learningRate), algebra.rsqrt(accumulators[i] as Dense)))),
      );
      algebra.free(...old);
    },
    read: () => readAll(weights),
    state: () => readAll([...weights, ...accumulators]),
    restore(arrays) {
      algebra.free(...weights, ...accumulators);
      const all = arrays.map(({ shape, data }) => keep(algebra.tensor(Float32Array.from(data), shape)));
      [weights, accumulators] = [all.slice(0, all.length / 2), all.slice(all.length / 2)];
    },
    dispose: () => algebra.free(...weights, ...accumulators),
  };
}

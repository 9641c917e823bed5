import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Random } from '../math/random.ts';
import { initialAccumulator } from './embedding-table.ts';
import { tensorFlow } from './tensorflow.ts';

/** The hidden layers of a tower: x + f(x), f with ReLU between its layers. Without hidden layers, x itself. */
export interface TowerLayers {
  /** Outputs, and the way back for their gradient, which also leaves the gradients for `apply`. Call within `tf.tidy`. */
  forward(input: Tensor2D): { output: Tensor2D; backward(gradient: Tensor2D): { input: Tensor2D; gradients: Tensor[] } };
  /** Adagrad on all weights. Call within `tf.tidy`. */
  apply(gradients: Tensor[], learningRate: number): void;
  read(): { shape: number[]; data: Float32Array }[];
  dispose(): void;
}

/** Sizes: dimensions → hidden… → dimensions. The last layer starts at zero, so that a tower starts as its embeddings. */
export function createTowerLayers(hidden: number[], dimensions: number, random: Random): TowerLayers {
  const sizes = hidden.length === 0 ? [] : [dimensions, ...hidden, dimensions];
  const arrays = sizes.slice(1).flatMap((outputs, layer) => {
    const inputs = sizes[layer] as number;
    const deviation = layer === sizes.length - 2 ? 0 : Math.sqrt(2 / inputs);
    return [
      { shape: [inputs, outputs], data: Float32Array.from({ length: inputs * outputs }, () => random.normal() * deviation) },
      { shape: [outputs], data: new Float32Array(outputs) },
    ];
  });
  return layersFrom(arrays);
}

/** The layers again, from what `read` gave: weights and bias of each in turn. */
export function layersFrom(arrays: { shape: number[]; data: Float32Array }[]): TowerLayers {
  const { tf } = tensorFlow();
  let weights: Tensor[] = arrays.map(({ shape, data }) => tf.keep(tf.tensor(data, shape)));
  let accumulators: Tensor[] = weights.map((tensor) => tf.keep(tf.fill(tensor.shape, initialAccumulator)));
  const count = weights.length / 2;
  return {
    forward(input) {
      const inputs: Tensor2D[] = [];
      let value = input;
      for (let layer = 0; layer < count; layer++) {
        inputs.push(value);
        const sum = tf.add(tf.matMul(value, weights[layer * 2] as Tensor2D), weights[layer * 2 + 1] as Tensor1D) as Tensor2D;
        value = layer + 1 < count ? tf.relu(sum) : sum;
      }
      return {
        output: count === 0 ? input : (tf.add(input, value) as Tensor2D),
        backward(gradient) {
          const gradients: Tensor[] = [];
          let flowing = gradient;
          for (let layer = count - 1; layer >= 0; layer--) {
            const into = inputs[layer] as Tensor2D;
            gradients.unshift(tf.matMul(into, flowing, true, false), tf.sum(flowing, 0));
            flowing = tf.matMul(flowing, weights[layer * 2] as Tensor2D, false, true);
            if (layer > 0) flowing = tf.mul(flowing, tf.cast(tf.greater(into, 0), 'float32')) as Tensor2D;
          }
          return { input: count === 0 ? gradient : (tf.add(gradient, flowing) as Tensor2D), gradients };
        },
      };
    },
    apply(gradients, learningRate) {
      const old = [...weights, ...accumulators];
      accumulators = accumulators.map((sum, i) => tf.keep(tf.add(sum, tf.square(gradients[i] as Tensor))));
      weights = weights.map((tensor, i) =>
        tf.keep(tf.sub(tensor, tf.mul(tf.mul(gradients[i] as Tensor, learningRate), tf.rsqrt(accumulators[i] as Tensor)))),
      );
      for (const tensor of old) tensor.dispose();
    },
    read: () => weights.map((tensor) => ({ shape: tensor.shape, data: tensor.dataSync() as Float32Array })),
    dispose() {
      for (const tensor of [...weights, ...accumulators]) tensor.dispose();
    },
  };
}

import type * as Tfjs from '@tensorflow/tfjs-core';
import type { Matrix } from '../math/arrays.ts';
import type { DenseLayer, DenseNetwork } from '../math/dense.ts';
import { sigmoid } from '../math/dense.ts';
import type { Random } from '../math/random.ts';
import { standardise } from './ranking-inputs.ts';

/** Layers from `sizes[0]` inputs to `sizes.at(-1)` outputs; weights normal with variance 2 / inputs (He et al. 2015), biases 0. */
export function initialLayers(sizes: number[], random: Random): DenseLayer[] {
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i] as number;
    const deviation = Math.sqrt(2 / inputs);
    const data = Float32Array.from({ length: inputs * outputs }, () => random.normal() * deviation);
    return { weights: { rows: inputs, columns: outputs, data }, bias: new Float32Array(outputs) };
  });
}

/** The layers' weights and biases one after the other: what an optimiser updates. */
export function parametersOf(layers: DenseLayer[]): Float32Array[] {
  return layers.flatMap(({ weights, bias }) => [weights.data, bias]);
}

/** Layers on TensorFlow for one step. Dispose of them after it. */
export function layerTensors(tf: typeof Tfjs, layers: DenseLayer[]): { weights: Tfjs.Tensor2D; bias: Tfjs.Tensor1D }[] {
  return layers.map(({ weights, bias }) => ({
    weights: tf.tensor2d(weights.data, [weights.rows, weights.columns]),
    bias: tf.tensor1d(bias),
  }));
}

type LayerTensors = ReturnType<typeof layerTensors>;

/**
 * Inputs of every layer and the logits. `masks[i]` multiplies the output of hidden layer i (dropout), where there is one.
 */
export function forward(
  tf: typeof Tfjs,
  layers: LayerTensors,
  input: Tfjs.Tensor2D,
  masks: Tfjs.Tensor2D[],
): { inputs: Tfjs.Tensor2D[]; logits: Tfjs.Tensor2D } {
  const inputs = [input];
  let value = input;
  layers.forEach(({ weights, bias }, i) => {
    value = tf.add(tf.matMul(value, weights), bias);
    if (i === layers.length - 1) return;
    value = tf.relu(value);
    const mask = masks[i];
    if (mask) value = tf.mul(value, mask);
    inputs.push(value);
  });
  return { inputs, logits: value };
}

/** Gradients in the order of `parametersOf`, from the slope of the loss by the logits. */
export function backward(
  tf: typeof Tfjs,
  layers: LayerTensors,
  inputs: Tfjs.Tensor2D[],
  slopes: Tfjs.Tensor2D,
  masks: Tfjs.Tensor2D[],
): Float32Array[] {
  const gradients: Float32Array[] = [];
  let slope = slopes;
  for (let i = layers.length - 1; i >= 0; i--) {
    const input = inputs[i] as Tfjs.Tensor2D;
    const weights = tf.matMul(input, slope, true, false).dataSync() as Float32Array;
    const bias = tf.sum(slope, 0).dataSync() as Float32Array;
    gradients.unshift(weights, bias);
    if (i === 0) break;
    // ReLU lets the slope through where its output, the next layer's input, is above 0; a dropped output is 0 as well.
    slope = tf.mul(tf.matMul(slope, (layers[i] as LayerTensors[number]).weights, false, true), tf.step(input)) as Tfjs.Tensor2D;
    const mask = masks[i - 1];
    if (mask) slope = tf.mul(slope, mask);
  }
  return gradients;
}

/** Rows at a time, so that scoring many rows takes little memory. */
const scoreBatch = 8192;

/** The network's logits on TensorFlow; `scoreDense` in math/ is the same in plain arrays. */
export function denseLogits(tf: typeof Tfjs, network: DenseNetwork, features: Matrix): Float32Array {
  const logits = new Float32Array(features.rows);
  const layers = layerTensors(tf, network.layers);
  for (let start = 0; start < features.rows; start += scoreBatch) {
    const numbers = Int32Array.from({ length: Math.min(scoreBatch, features.rows - start) }, (_, i) => start + i);
    const batch = new Float32Array(numbers.length * features.columns);
    standardise(features, numbers, network.mean, network.scale, batch);
    tf.tidy(() => {
      logits.set(forward(tf, layers, tf.tensor2d(batch, [numbers.length, features.columns]), []).logits.dataSync(), start);
    });
  }
  for (const { weights, bias } of layers) {
    weights.dispose();
    bias.dispose();
  }
  return logits;
}

/** The network's scores on TensorFlow, in (0, 1). */
export function denseScores(tf: typeof Tfjs, network: DenseNetwork, features: Matrix): Float32Array {
  return denseLogits(tf, network, features).map(sigmoid);
}

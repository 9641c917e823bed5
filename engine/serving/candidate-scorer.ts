import type { RankingFeatures } from '../features/ranking-features.ts';
import { type DenseNetwork, scoreDense, sigmoid } from '../math/dense.ts';
import { createDenseKernel, type DenseKernel } from './wasm-kernel.ts';

/** Scores the candidates of one request with a ranking network. */
export interface CandidateScorer {
  /** One score in (0, 1) for each of `itemRows`. */
  score(userRow: number, itemRows: ArrayLike<number>, timestampMs: number): Float32Array;
}

/** So many candidates are scored in one go; more go in parts. A multiple of four, as the kernel wants. */
const capacity = 512;

/** input × output weights in 32 bits, row by row; outputs filled up with zeros to a multiple of eight, as the kernel wants. */
interface Layer {
  inputs: number;
  outputs: number;
  weights: Float32Array;
  bias: Float32Array;
}

const paddedTo = (multiple: number, value: number): number => Math.ceil(value / multiple) * multiple;

/** Standardisation is linear, so it becomes part of the first layer: (x - m) / s · W + b = x · (W / s) + (b - m / s · W). */
function foldLayers({ mean, scale, layers }: DenseNetwork): Layer[] {
  let inputs = mean.length;
  return layers.map(({ weights, bias }, number) => {
    const outputs = paddedTo(8, weights.columns);
    const folded: Layer = { inputs, outputs, weights: new Float32Array(inputs * outputs), bias: new Float32Array(outputs) };
    for (let j = 0; j < weights.columns; j++) {
      let sum = bias[j] as number;
      for (let i = 0; i < weights.rows; i++) {
        const weight = (weights.data[i * weights.columns + j] as number) / (number === 0 ? (scale[i] as number) : 1);
        folded.weights[i * outputs + j] = weight;
        if (number === 0) sum -= weight * (mean[i] as number);
      }
      folded.bias[j] = sum;
    }
    inputs = outputs;
    return folded;
  });
}

/** y += x · the layer's weights from input `from` on, for one row. */
function addRow(layer: Layer, from: number, x: Float32Array, count: number, y: Float64Array): void {
  for (let i = 0; i < count; i++) {
    const value = x[i] as number;
    const start = (from + i) * layer.outputs;
    for (let j = 0; j < layer.outputs; j++) y[j] = (y[j] as number) + value * (layer.weights[start + j] as number);
  }
}

/** Every feature written and every product counted, without WebAssembly: for machines that have no vectors in it. */
export function createPlainScorer(network: DenseNetwork, features: RankingFeatures): CandidateScorer {
  return {
    score(userRow, itemRows, timestampMs) {
      const { width } = features;
      const data = new Float32Array(itemRows.length * width);
      for (let at = 0; at < itemRows.length; at++) features.write(userRow, itemRows[at] as number, timestampMs, data, at * width);
      return scoreDense(network, { rows: itemRows.length, columns: width, data });
    },
  };
}

/** Where things lie in the kernel's memory, in floats. */
interface Places {
  x: number;
  weights: number[];
  outputs: number[];
  end: number;
}

function placesOf(layers: Layer[], perCandidate: number): Places {
  let end = capacity * perCandidate;
  const take = (length: number): number => {
    const start = end;
    end += paddedTo(4, length);
    return start;
  };
  const weights = layers.map((layer, number) => take((number === 0 ? perCandidate : layer.inputs) * layer.outputs));
  const outputs = layers.map((layer) => take(capacity * layer.outputs));
  return { x: 0, weights, outputs, end };
}

function kernelFor(places: Places): DenseKernel | null {
  try {
    return createDenseKernel(4 * places.end);
  } catch {
    return null;
  }
}

/**
 * A scorer over the ranker's own features, the products in WebAssembly. Of the first layer, the user's share is the same for all candidates and
 * counted once a request; the share of an item's embedding never changes and is counted once an item.
 * Throws an Error where the network takes other features than these.
 */
export function createCandidateScorer(network: DenseNetwork, features: RankingFeatures, itemCount: number): CandidateScorer {
  const { user, item, cross } = features.blocks;
  if (network.mean.length !== features.width) {
    throw new Error(`The ranker takes ${network.mean.length} features, and the bundle makes ${features.width}.`);
  }
  const layers = foldLayers(network);
  const first = layers[0] as Layer;
  const changingFrom = features.names.findIndex((name, i) => i >= item.start && !name.startsWith('item-embedding-'));
  const fixedCount = changingFrom - item.start;
  const changingCount = item.end - changingFrom;
  // The changing features of the item and those of the pair are neighbours, so that one product takes both.
  const perCandidate = cross.end - changingFrom;
  const places = placesOf(layers, perCandidate);
  const kernel = item.end === cross.start ? kernelFor(places) : null;
  if (!kernel) return createPlainScorer(network, features);

  const floats = new Float32Array(kernel.memory.buffer);
  layers.forEach(({ weights, outputs }, number) => {
    floats.set(number === 0 ? weights.subarray(changingFrom * outputs, cross.end * outputs) : weights, places.weights[number]);
  });
  const shares = new Float32Array(itemCount * first.outputs);
  const known = new Uint8Array(itemCount);
  const row = new Float32Array(features.width);
  const sums = new Float64Array(first.outputs);

  const learnShare = (itemRow: number): void => {
    sums.fill(0);
    addRow(first, item.start, row, fixedCount, sums);
    shares.set(sums, itemRow * first.outputs);
    known[itemRow] = 1;
  };

  /** Writes what differs from candidate to candidate, and starts the first layer with what does not. */
  const prepare = (base: Float64Array, userRow: number, itemRow: number, timestampMs: number, at: number): void => {
    features.writeItem(itemRow, timestampMs, row, 0);
    if (known[itemRow] === 0) learnShare(itemRow);
    const x = places.x + at * perCandidate;
    for (let i = 0; i < changingCount; i++) floats[x + i] = row[fixedCount + i] as number;
    features.writeCross(userRow, itemRow, floats, x + changingCount);
    const y = (places.outputs[0] as number) + at * first.outputs;
    const share = itemRow * first.outputs;
    for (let j = 0; j < first.outputs; j++) floats[y + j] = (base[j] as number) + (shares[share + j] as number);
  };

  const runLayers = (count: number): number => {
    const rows = paddedTo(4, count);
    let input = places.x;
    layers.forEach((layer, number) => {
      const output = places.outputs[number] as number;
      if (number > 0) for (let at = 0; at < rows; at++) floats.set(layer.bias, output + at * layer.outputs);
      const floor = number < layers.length - 1 ? 0 : Number.NEGATIVE_INFINITY;
      const inputs = number === 0 ? perCandidate : layer.inputs;
      kernel.multiplyAdd(4 * input, 4 * (places.weights[number] as number), 4 * output, rows, inputs, layer.outputs, floor);
      input = output;
    });
    return input;
  };

  return {
    score(userRow, itemRows, timestampMs) {
      const scores = new Float32Array(itemRows.length);
      features.writeUser(userRow, timestampMs, row, 0);
      const base = Float64Array.from(first.bias);
      addRow(first, user.start, row, user.end - user.start, base);
      const last = (layers.at(-1) as Layer).outputs;
      for (let start = 0; start < itemRows.length; start += capacity) {
        const count = Math.min(capacity, itemRows.length - start);
        for (let at = 0; at < count; at++) prepare(base, userRow, itemRows[start + at] as number, timestampMs, at);
        const output = runLayers(count);
        for (let at = 0; at < count; at++) scores[start + at] = sigmoid(floats[output + at * last] as number);
      }
      return scores;
    },
  };
}

import { type RankingEmbeddings, type RankingFeatures, recentItemsKept } from '../features/ranking-features.ts';
import { type DenseNetwork, scoreDense, sigmoid } from '../math/dense.ts';
import { createDenseKernel, type DenseKernel } from './wasm-kernel.ts';

/** Scores the candidates of one request with a ranking network. */
export interface CandidateScorer {
  /** One score in (0, 1) for each of `itemRows`. */
  score(userRow: number, itemRows: ArrayLike<number>, timestampMs: number): Float32Array;
}

/** So many candidates are scored in one go; more go in parts. A multiple of four, as the kernel wants. */
const capacity = 512;

/** input × output weights, row by row, standardisation and all. */
interface Layer {
  inputs: number;
  outputs: number;
  weights: Float32Array;
  bias: Float32Array;
}

const paddedTo = (multiple: number, value: number): number => Math.ceil(value / multiple) * multiple;

/** Standardisation is linear, so it becomes part of the first layer: (x - m) / s · W + b = x · (W / s) + (b - m / s · W). */
function foldLayers({ mean, scale, layers }: DenseNetwork): Layer[] {
  return layers.map(({ weights: { rows, columns, data }, bias }, number) => {
    if (number > 0) return { inputs: rows, outputs: columns, weights: data, bias };
    const weights = Float32Array.from(data, (weight, at) => weight / (scale[Math.floor(at / columns)] as number));
    const shifted = bias.map((value, j) => {
      let sum = value;
      for (let i = 0; i < rows; i++) sum -= (weights[i * columns + j] as number) * (mean[i] as number);
      return sum;
    });
    return { inputs: rows, outputs: columns, weights, bias: shifted };
  });
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

/** Features of a candidate besides its embedding: four of the item's state, the dot product, two of its likeness to recent items; one is left over. */
const stateFeatures = 4;
const otherFeatures = 8;

/** Where things lie in the kernel's memory, in floats. Each `outputs[n]` is the input of layer n + 1. */
interface Places {
  vectors: number;
  request: number;
  others: number;
  otherWeights: number;
  /** Weights of the layers from the second on. */
  weights: number[];
  outputs: number[];
  widths: number[];
  end: number;
}

/** The first layer's outputs, the dot product and the products with recent items side by side, so that one multiplication makes all. */
function placesOf(layers: Layer[], dimensions: number): Places {
  const widths = layers.map(({ outputs }, number) => paddedTo(8, outputs + (number === 0 ? 1 + recentItemsKept : 0)));
  let end = 0;
  const take = (length: number): number => {
    const start = end;
    end += paddedTo(4, length);
    return start;
  };
  return {
    widths,
    vectors: take(capacity * dimensions),
    request: take(dimensions * (widths[0] as number)),
    others: take(capacity * otherFeatures),
    otherWeights: take(otherFeatures * (widths[0] as number)),
    weights: layers.slice(1).map((_, at) => take((widths[at] as number) * (widths[at + 1] as number))),
    outputs: widths.map((width) => take(capacity * width)),
    end,
  };
}

function kernelFor(places: Places): DenseKernel | null {
  try {
    return createDenseKernel(4 * places.end);
  } catch {
    return null;
  }
}

/** 1 / length of each row; 0 for rows of zeros. */
function inverseLengths({ itemEmbeddings: { rows, columns, data } }: RankingEmbeddings): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => {
    let square = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) square += (data[i] as number) ** 2;
    return square > 0 ? 1 / Math.sqrt(square) : 0;
  });
}

/**
 * A scorer over the ranker's own features, the products in WebAssembly. All that a candidate's embedding v takes part in is linear in v, so one matrix
 * a request holds it: the first layer's weights of v, those of the products u∘v times u, u itself for u·v, and the user's recent items; then one
 * multiplication of the candidates' vectors with it makes their share of the first layer and their similarities.
 * Throws an Error where the network takes other features than these.
 */
export function createCandidateScorer(network: DenseNetwork, features: RankingFeatures, embeddings: RankingEmbeddings): CandidateScorer {
  const { user, item, cross } = features.blocks;
  if (network.mean.length !== features.width) {
    throw new Error(`The ranker takes ${network.mean.length} features, and the bundle makes ${features.width}.`);
  }
  const { userEmbeddings, itemEmbeddings } = embeddings;
  const dimensions = itemEmbeddings.columns;
  const layers = foldLayers(network);
  const first = layers[0] as Layer;
  const hidden = first.outputs;
  const places = placesOf(layers, dimensions);
  const kernel = kernelFor(places);
  if (!kernel) return createPlainScorer(network, features);

  const floats = new Float32Array(kernel.memory.buffer);
  const width = places.widths[0] as number;
  const inverse = inverseLengths(embeddings);
  const userFeatures = new Float32Array(user.end - user.start);
  const base = new Float64Array(hidden);
  const others = [
    ...Array.from({ length: stateFeatures }, (_, i) => item.end - stateFeatures + i),
    cross.end - 3,
    cross.end - 2,
    cross.end - 1,
  ];
  others.forEach((feature, at) => {
    floats.set(first.weights.subarray(feature * hidden, (feature + 1) * hidden), places.otherWeights + at * width);
  });
  layers.slice(1).forEach(({ inputs, outputs, weights }, at) => {
    for (let i = 0; i < inputs; i++) {
      floats.set(weights.subarray(i * outputs, (i + 1) * outputs), (places.weights[at] as number) + i * (places.widths[at + 1] as number));
    }
  });

  /** The user's share of the first layer, the same for all candidates. */
  const layBase = (userRow: number, timestampMs: number): void => {
    features.writeUser(userRow, timestampMs, userFeatures, 0);
    base.set(first.bias);
    for (let i = 0; i < userFeatures.length; i++) {
      const value = userFeatures[i] as number;
      const row = (user.start + i) * hidden;
      for (let j = 0; j < hidden; j++) base[j] = (base[j] as number) + value * (first.weights[row + j] as number);
    }
  };

  /** Writes the matrix of the request. */
  const layRequest = (userRow: number, recent: Int32Array): void => {
    for (let i = 0; i < dimensions; i++) {
      const u = userRow < 0 ? 0 : (userEmbeddings.data[userRow * dimensions + i] as number);
      const to = places.request + i * width;
      const own = (item.start + i) * hidden;
      const product = (cross.start + i) * hidden;
      for (let j = 0; j < hidden; j++) floats[to + j] = (first.weights[own + j] as number) + u * (first.weights[product + j] as number);
      floats[to + hidden] = u;
      for (let r = 0; r < recent.length; r++) {
        const row = recent[r] as number;
        floats[to + hidden + 1 + r] = (itemEmbeddings.data[row * dimensions + i] as number) * (inverse[row] as number);
      }
    }
  };

  const gather = (itemRows: ArrayLike<number>, start: number, count: number): void => {
    const { data } = itemEmbeddings;
    for (let at = 0; at < count; at++) {
      const from = (itemRows[start + at] as number) * dimensions;
      const to = places.vectors + at * dimensions;
      for (let i = 0; i < dimensions; i++) floats[to + i] = data[from + i] as number;
    }
  };

  /** The features of a candidate that are not linear in its embedding. */
  const writeOthers = (itemRow: number, at: number, recentCount: number, timestampMs: number): void => {
    const to = places.others + at * otherFeatures;
    const from = (places.outputs[0] as number) + at * width + hidden;
    features.writeItemState(itemRow, timestampMs, floats, to);
    floats[to + stateFeatures] = floats[from] as number;
    let sum = 0;
    let most = recentCount > 0 ? -1 : 0;
    for (let r = 1; r <= recentCount; r++) {
      const cosine = (floats[from + r] as number) * (inverse[itemRow] as number);
      sum += cosine;
      if (cosine > most) most = cosine;
    }
    floats[to + stateFeatures + 1] = recentCount > 0 ? sum / recentCount : 0;
    floats[to + stateFeatures + 2] = most;
  };

  const runRest = (rows: number): void => {
    for (let at = 0; at + 1 < layers.length; at++) {
      const [input, output] = [places.outputs[at] as number, places.outputs[at + 1] as number];
      const [inputs, outputs] = [places.widths[at] as number, places.widths[at + 1] as number];
      const { bias } = layers[at + 1] as Layer;
      for (let row = 0; row < rows; row++) floats.set(bias, output + row * outputs);
      const floor = at + 2 < layers.length ? 0 : Number.NEGATIVE_INFINITY;
      kernel.multiplyAdd(4 * input, 4 * (places.weights[at] as number), 4 * output, rows, inputs, outputs, floor);
    }
  };

  return {
    score(userRow, itemRows, timestampMs) {
      const scores = new Float32Array(itemRows.length);
      const recent = features.recentItems(userRow);
      layBase(userRow, timestampMs);
      layRequest(userRow, recent);
      const y = places.outputs[0] as number;
      const last = places.outputs.at(-1) as number;
      const lastWidth = places.widths.at(-1) as number;
      for (let start = 0; start < itemRows.length; start += capacity) {
        const count = Math.min(capacity, itemRows.length - start);
        const rows = paddedTo(4, count);
        gather(itemRows, start, count);
        floats.fill(0, y, y + rows * width);
        for (let at = 0; at < count; at++) floats.set(base, y + at * width);
        kernel.multiplyAdd(4 * places.vectors, 4 * places.request, 4 * y, rows, dimensions, width, Number.NEGATIVE_INFINITY);
        for (let at = 0; at < count; at++) writeOthers(itemRows[start + at] as number, at, recent.length, timestampMs);
        const floor = layers.length > 1 ? 0 : Number.NEGATIVE_INFINITY;
        kernel.multiplyAdd(4 * places.others, 4 * places.otherWeights, 4 * y, rows, otherFeatures, width, floor);
        runRest(rows);
        for (let at = 0; at < count; at++) scores[start + at] = sigmoid(floats[last + at * lastWidth] as number);
      }
      return scores;
    },
  };
}

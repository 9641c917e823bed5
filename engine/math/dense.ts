import type { Matrix, NamedArray, NamedArrays } from './arrays.ts';

/** One dense layer: output = input · weights + bias. */
export interface DenseLayer {
  /** inputs × outputs. */
  weights: Matrix;
  /** One value an output. */
  bias: Float32Array;
}

/**
 * A ranker as it is saved and served: inputs are standardised, (x - mean) / scale, then go through dense layers with ReLU between them;
 * the last layer has one output, and the score is its sigmoid. Logistic regression is the network with one layer.
 */
export interface DenseNetwork {
  mean: Float32Array;
  /** Divisors, all above 0. */
  scale: Float32Array;
  layers: DenseLayer[];
}

/** 1 / (1 + e^-x), without overflow on either side. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

function vectorOf(arrays: NamedArrays, name: string, length?: number): Float32Array {
  const array = arrays[name];
  if (!array) throw new Error(`The ranker's array ${name} is missing.`);
  if (!(array.data instanceof Float32Array)) throw new Error(`The ranker's array ${name} is not 32-bit float.`);
  if (array.shape.length !== 1 || (length !== undefined && array.shape[0] !== length) || array.data.length !== array.shape[0]) {
    throw new Error(`The ranker's array ${name} has shape [${array.shape}] where [${length ?? 'n'}] is needed.`);
  }
  return array.data;
}

function weightsOf(array: NamedArray, name: string, inputs: number): Matrix {
  const [rows, columns] = array.shape;
  if (
    array.shape.length !== 2 ||
    rows !== inputs ||
    !columns ||
    !(array.data instanceof Float32Array) ||
    array.data.length !== rows * columns
  ) {
    throw new Error(`The ranker's array ${name} has shape [${array.shape}] where [${inputs}, outputs] of 32-bit floats is needed.`);
  }
  return { rows, columns, data: array.data };
}

/**
 * The network from its saved arrays: `ranker.mean`, `ranker.scale`, `ranker.layer0.weights` [inputs, outputs], `ranker.layer0.bias`, and so on.
 * Throws an Error that names the array where one is missing, misshapen, or does not fit its neighbour.
 */
export function denseNetworkFrom(arrays: NamedArrays): DenseNetwork {
  const mean = vectorOf(arrays, 'ranker.mean');
  const scale = vectorOf(arrays, 'ranker.scale', mean.length);
  if (!scale.every((value) => value > 0)) throw new Error('The ranker has a scale that is not above 0.');
  const layers: DenseLayer[] = [];
  let inputs = mean.length;
  for (let number = 0; ; number++) {
    const array = arrays[`ranker.layer${number}.weights`];
    if (!array) break;
    const weights = weightsOf(array, `ranker.layer${number}.weights`, inputs);
    layers.push({ weights, bias: vectorOf(arrays, `ranker.layer${number}.bias`, weights.columns) });
    inputs = weights.columns;
  }
  if (layers.length === 0) throw new Error("The ranker's array ranker.layer0.weights is missing.");
  if (inputs !== 1) throw new Error(`The ranker's last layer has ${inputs} outputs where 1 is needed.`);
  return { mean, scale, layers };
}

/** The arrays that `denseNetworkFrom` reads. */
export function denseNetworkArrays(network: DenseNetwork): NamedArrays {
  const arrays: NamedArrays = {
    'ranker.mean': { shape: [network.mean.length], data: network.mean },
    'ranker.scale': { shape: [network.scale.length], data: network.scale },
  };
  network.layers.forEach(({ weights, bias }, number) => {
    arrays[`ranker.layer${number}.weights`] = { shape: [weights.rows, weights.columns], data: weights.data };
    arrays[`ranker.layer${number}.bias`] = { shape: [bias.length], data: bias };
  });
  return arrays;
}

/** input · weights + bias for one row, into `output`, in 64-bit sums. */
function applyLayer({ weights, bias }: DenseLayer, input: Float64Array, output: Float64Array): void {
  const { rows, columns, data } = weights;
  for (let j = 0; j < columns; j++) output[j] = bias[j] as number;
  for (let i = 0; i < rows; i++) {
    const x = input[i] as number;
    // After ReLU many inputs are zero, and they add nothing.
    if (x === 0) continue;
    const start = i * columns;
    for (let j = 0; j < columns; j++) output[j] = (output[j] as number) + x * (data[start + j] as number);
  }
}

/**
 * Scores of rows × inputs raw features, each in (0, 1). The plain reference: no library, 64-bit sums. What TensorFlow and the server
 * answer is checked against it.
 */
export function scoreDense(network: DenseNetwork, rows: Matrix): Float32Array {
  const { mean, scale, layers } = network;
  if (rows.columns !== mean.length) throw new Error(`The ranker takes ${mean.length} features, and ${rows.columns} were given.`);
  const buffers = [new Float64Array(mean.length), ...layers.map((layer) => new Float64Array(layer.bias.length))];
  const input = buffers[0] as Float64Array;
  const scores = new Float32Array(rows.rows);
  for (let row = 0; row < rows.rows; row++) {
    const start = row * rows.columns;
    for (let i = 0; i < input.length; i++) input[i] = ((rows.data[start + i] as number) - (mean[i] as number)) / (scale[i] as number);
    layers.forEach((layer, number) => {
      const output = buffers[number + 1] as Float64Array;
      applyLayer(layer, buffers[number] as Float64Array, output);
      if (number < layers.length - 1) for (let j = 0; j < output.length; j++) output[j] = Math.max(0, output[j] as number);
    });
    scores[row] = sigmoid((buffers[layers.length] as Float64Array)[0] as number);
  }
  return scores;
}

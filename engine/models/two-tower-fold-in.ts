import type { Matrix, NamedArray } from '../math/arrays.ts';
import { recencyWeights } from './two-tower-layout.ts';

/** What it takes to embed somebody unknown by the items they have. */
export interface FoldInParts {
  /** The items' id embeddings as the user tower adds them up; null where it takes no recent items. */
  inputs: Matrix | null;
  /** Weights and bias of each hidden layer of the user tower in turn. */
  layers: NamedArray[];
  recentItems: number;
  recentDecay: number;
}

function weightedRows(matrix: Matrix, rows: Int32Array, weights: Float32Array): Float32Array {
  const sum = new Float32Array(matrix.columns);
  rows.forEach((row, i) => {
    for (let d = 0; d < matrix.columns; d++)
      sum[d] = (sum[d] as number) + (weights[i] as number) * (matrix.data[row * matrix.columns + d] as number);
  });
  return sum;
}

/** x + f(x), as in `tower-layers.ts`. */
export function throughLayers(input: Float32Array, layers: FoldInParts['layers']): Float32Array {
  if (layers.length === 0) return input;
  let value = input;
  for (let layer = 0; layer < layers.length; layer += 2) {
    const { shape, data } = layers[layer] as NamedArray;
    const bias = (layers[layer + 1] as NamedArray).data;
    const last = layer + 2 === layers.length;
    const outputs = shape[1] as number;
    value = Float32Array.from({ length: outputs }, (_, column) => {
      const sum = value.reduce((total, x, row) => total + x * (data[row * outputs + column] as number), bias[column] as number);
      return last ? sum : Math.max(0, sum);
    });
  }
  return value.map((x, d) => x + (input[d] as number));
}

/**
 * A unit vector for an unknown user with these items, oldest first: the user tower without id and attributes. Where the tower takes no recent items: the
 * mean of the items' own vectors. Zero for nobody's items.
 */
export function foldInUser(parts: FoldInParts, items: Matrix, itemRows: Int32Array): Float32Array {
  const recent = recentSum(parts, itemRows);
  return unitVector(recent ? throughLayers(recent, parts.layers) : weightedRows(items, itemRows, recencyWeights(itemRows.length, 1)));
}

/** What somebody's recent items, oldest first, add to the user tower; null where it takes none. */
export function recentSum({ inputs, recentItems, recentDecay }: FoldInParts, itemRows: Int32Array): Float32Array | null {
  if (!inputs) return null;
  const rows = itemRows.subarray(Math.max(0, itemRows.length - recentItems));
  return weightedRows(inputs, rows, recencyWeights(rows.length, recentDecay));
}

/** The same at length 1; zero stays zero. */
export function unitVector(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return length > 0 ? vector.map((x) => x / length) : vector;
}

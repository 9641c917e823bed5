import type { Matrix } from '../math/arrays.ts';
import { sigmoid } from '../math/dense.ts';

/** Mean and standard deviation of each column; a column that never changes gets scale 1, and so becomes 0. */
export function standardisation({ rows, columns, data }: Matrix): { mean: Float32Array; scale: Float32Array } {
  const sums = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) sums[i % columns] = (sums[i % columns] as number) + (data[i] as number);
  const mean = Float32Array.from(sums, (sum) => sum / rows);
  const squares = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++)
      squares[j] = (squares[j] as number) + ((data[row * columns + j] as number) - (mean[j] as number)) ** 2;
  }
  const scale = Float32Array.from(squares, (square) => {
    const deviation = Math.sqrt(square / rows);
    return deviation > 1e-6 ? deviation : 1;
  });
  return { mean, scale };
}

/** Writes (x - mean) / scale of some rows into `out`. */
export function standardise(
  { columns, data }: Matrix,
  rowNumbers: ArrayLike<number>,
  mean: Float32Array,
  scale: Float32Array,
  out: Float32Array,
): void {
  for (let r = 0; r < rowNumbers.length; r++) {
    const from = (rowNumbers[r] as number) * columns;
    const to = r * columns;
    for (let j = 0; j < columns; j++) out[to + j] = ((data[from + j] as number) - (mean[j] as number)) / (scale[j] as number);
  }
}

/** Mean log loss of logits, and its slope, (sigmoid(logit) - label) / rows, into `slopes`. */
export function logisticLoss(logits: Float32Array, labels: (row: number) => number, slopes: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] as number;
    const label = labels(i);
    slopes[i] = (sigmoid(logit) - label) / logits.length;
    // ln(1 + e^logit) - label · logit, without overflow.
    sum += Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - label * logit;
  }
  return sum / logits.length;
}

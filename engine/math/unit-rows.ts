import type { Matrix } from './arrays.ts';

/** Rows at length 1, so that dot products are cosines; rows of zeros stay. */
export function unitRows({ rows, columns, data }: Matrix): Matrix {
  const unit = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    let square = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) square += (data[i] as number) ** 2;
    const factor = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) unit[i] = (data[i] as number) * factor;
  }
  return { rows, columns, data: unit };
}

import type { SparseMatrix } from '../math/arrays.ts';

const iterations = 50;
const tolerance = 1e-3;

/** The largest eigenvalue of XᵀX to about three digits, by the power method from a vector of ones: X has no negative cells. 0 of an empty matrix. */
export function largestEigenvalue({ rows, columns, indptr, indices, values }: SparseMatrix): number {
  let vector = new Float64Array(columns).fill(1 / Math.sqrt(Math.max(1, columns)));
  let eigenvalue = 0;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const next = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      const [begin, end] = [indptr[row] as number, indptr[row + 1] as number];
      let sum = 0;
      for (let at = begin; at < end; at++) sum += (values[at] as number) * (vector[indices[at] as number] as number);
      for (let at = begin; at < end; at++) {
        const column = indices[at] as number;
        next[column] = (next[column] as number) + sum * (values[at] as number);
      }
    }
    const norm = Math.sqrt(next.reduce((sum, value) => sum + value * value, 0));
    if (norm === 0) return 0;
    vector = next.map((value) => value / norm);
    const settled = Math.abs(norm - eigenvalue) <= tolerance * norm;
    eigenvalue = norm;
    if (settled) break;
  }
  return eigenvalue;
}

import { gramOf, paddedColumns } from '../kernels/gram.ts';
import type { Block, KernelPool } from '../kernels/kernel-pool.ts';
import type { Matrix, SparseMatrix } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import { symmetricEigen } from '../math/symmetric-eigen.ts';
import type { Report } from './choose-by-validation.ts';

/** The leading right singular vectors of a matrix, one a column, unit length; a column of zeros where the matrix has no more. */
export interface LeadingVectors {
  vectors: Matrix;
  /** Singular values, falling. */
  values: Float64Array;
}

/** More columns than are asked for, so that the last of those converge too. */
const oversampling = 32;
const powerIterations = 12;
/** Below this share of what it was, what is left of a column is the rounding of 32 bits. */
const least = 1e-5;

/** Columns that the iteration works on, as kernels take them. */
export const workingColumns = (components: number): number => paddedColumns(components + oversampling);

/**
 * R⁻¹ of G = Rᵀ R, upper, row-major, in 64 bits. A column that depends on those before it becomes zero, and so does whatever is multiplied by it.
 */
function inverseFactor(gram: Float64Array, n: number): Float32Array {
  const lower = new Float64Array(n * n);
  const pivots = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = gram[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (lower[i * n + k] as number) * (lower[j * n + k] as number);
      if (j === i) pivots[i] = sum > least * (gram[i * n + i] as number) ? Math.sqrt(sum) : 0;
      lower[i * n + j] = pivots[j] ? sum / (pivots[j] as number) : 0;
    }
  }
  // L⁻¹ row by row; R⁻¹ is its transpose.
  const inverse = new Float64Array(n * n);
  const factor = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    const pivot = pivots[i] as number;
    if (pivot === 0) continue;
    const row = inverse.subarray(i * n, (i + 1) * n);
    for (let k = 0; k < i; k++) {
      const weight = lower[i * n + k] as number;
      if (weight !== 0) for (let j = 0; j <= k; j++) row[j] = (row[j] as number) - weight * (inverse[k * n + j] as number);
    }
    for (let j = 0; j < i; j++) row[j] = (row[j] as number) / pivot;
    row[i] = 1 / pivot;
    for (let j = 0; j <= i; j++) factor[j * n + i] = row[j] as number;
  }
  return factor;
}

/**
 * The leading right singular vectors of a sparse matrix A, by the randomised subspace iteration of Halko, Martinsson, Tropp 2011: from a random X, some times
 * X = orthonormal basis of AᵀA X (by Cholesky's factor of XᵀX), and at the end the eigenvectors of (AX)ᵀ(AX). `turned` is Aᵀ. `report` is a place to stop,
 * called many times a second.
 */
export async function leadingVectors(
  pool: KernelPool,
  { matrix, turned }: { matrix: SparseMatrix; turned: SparseMatrix },
  components: number,
  random: Random,
  report: Report,
): Promise<LeadingVectors> {
  const { rows, columns: items } = matrix;
  // There are no more vectors than rows or columns.
  const width = workingColumns(Math.min(components, rows, items));
  const steps = powerIterations + 2;
  const mark = pool.mark();
  try {
    const [forward, back] = [matrix, turned].map(({ indptr, indices, values }) => [
      pool.integers(indptr).address,
      pool.integers(indices).address,
      pool.floats(values).address,
    ]) as [number[], number[]];
    const [x, y] = [pool.floats(items * width), pool.floats(rows * width)];
    const square = pool.floats(width * width);
    let step = 0;
    const onProgress = (): Promise<void> => report(step, steps);

    const multiply = (by: number[], count: number, from: Block<Float32Array>, to: Block<Float32Array>): Promise<void> =>
      pool.rows('sparseProduct', count, [...by, from.address, 0, to.address, width], { chunk: 128, onProgress });
    async function orthonormalise(): Promise<void> {
      square.values.set(inverseFactor(await gramOf(pool, { rows: items, columns: width, block: x }, onProgress), width));
      const args = [x.address, square.address, x.address, width, width];
      await pool.rows('denseProduct', items, args, { scratch: 16 * width, chunk: 256, onProgress });
    }

    for (let from = 0; from < x.values.length; from += 1_000_000) {
      const to = Math.min(from + 1_000_000, x.values.length);
      for (let at = from; at < to; at++) x.values[at] = random.next() - 0.5;
      await onProgress();
    }
    for (step = 1; step <= powerIterations; step++) {
      await multiply(forward, rows, x, y);
      await multiply(back, items, y, x);
      await orthonormalise();
    }
    // What the first factor leaves over, as it is of 32 bits, the second takes away.
    await orthonormalise();
    await multiply(forward, rows, x, y);
    const { values: squares, vectors: turns } = symmetricEigen(await gramOf(pool, { rows, columns: width, block: y }, onProgress), width);

    step = steps;
    const kept = paddedColumns(components);
    const values = new Float64Array(components);
    const turn = new Float32Array(width * kept);
    const largest = squares[width - 1] as number;
    for (let k = 0; k < Math.min(components, width); k++) {
      const at = width - 1 - k;
      const squared = squares[at] as number;
      if (!(squared > least * largest)) break;
      values[k] = Math.sqrt(squared);
      for (let j = 0; j < width; j++) turn[j * kept + k] = turns[at * width + j] as number;
    }
    const basis = pool.floats(turn);
    const out = pool.floats(items * kept);
    await pool.rows('denseProduct', items, [x.address, basis.address, out.address, width, kept], {
      scratch: 16 * width,
      chunk: 256,
      onProgress,
    });
    const data = new Float32Array(items * components);
    for (let item = 0; item < items; item++) data.set(out.values.subarray(item * kept, item * kept + components), item * components);
    return { vectors: { rows: items, columns: components, data }, values };
  } finally {
    pool.release(mark);
  }
}

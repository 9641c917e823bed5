/**
 * The inverse of a small symmetric positive definite matrix, row-major, by Cholesky's factor L in 64-bit sums: A = L Lᵀ, A⁻¹ = L⁻ᵀ L⁻¹. Only the lower half
 * of `values` is read.
 * Null where the matrix is not positive definite to the precision of the sums, or not finite.
 */
export function invertPositive(values: ArrayLike<number>, size: number): Float32Array | null {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j <= i; j++) {
      const other = j * size;
      let sum = values[row + j] as number;
      for (let k = 0; k < j; k++) sum -= (lower[row + k] as number) * (lower[other + k] as number);
      if (j < i) lower[row + j] = sum / (lower[other + j] as number);
      else if (sum > 0 && Number.isFinite(sum)) lower[row + i] = Math.sqrt(sum);
      else return null;
    }
  }
  // L⁻¹ in rows of its transpose, so that both sums run along rows: turned[j][i] = (L⁻¹)[i][j].
  const turned = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    const row = j * size;
    for (let i = j; i < size; i++) {
      let sum = i === j ? 1 : 0;
      for (let k = j; k < i; k++) sum -= (lower[i * size + k] as number) * (turned[row + k] as number);
      turned[row + i] = sum / (lower[i * size + i] as number);
    }
  }
  const inverse = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < size; k++) sum += (turned[i * size + k] as number) * (turned[j * size + k] as number);
      inverse[i * size + j] = sum;
      inverse[j * size + i] = sum;
    }
  }
  return inverse;
}

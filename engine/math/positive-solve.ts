/**
 * x of A x = b for a symmetric positive definite A of n × n, row-major, by Cholesky's factor A = L Lᵀ in 64-bit sums. Only the lower half of A is read; both
 * are overwritten, and b becomes x. NaN where A is not positive definite.
 */
export function solvePositive(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const minus = (from: number, to: number, length: number, start: number): number => {
    let sum = start;
    for (let k = 0; k < length; k++) sum -= (a[from + k] as number) * (a[to + k] as number);
    return sum;
  };
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) a[row + j] = minus(row, j * n, j, a[row + j] as number) / (a[j * n + j] as number);
    a[row + i] = Math.sqrt(minus(row, row, i, a[row + i] as number));
    let sum = b[i] as number;
    for (let k = 0; k < i; k++) sum -= (a[row + k] as number) * (b[k] as number);
    b[i] = sum / (a[row + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    b[i] = (b[i] as number) / (a[i * n + i] as number);
    for (let k = 0; k < i; k++) b[k] = (b[k] as number) - (a[i * n + k] as number) * (b[i] as number);
  }
  return b;
}

import { EngineError } from '#contract/errors';

/** A symmetric matrix taken apart: A = Σ value · vector vectorᵀ. */
export interface Eigen {
  /** Ascending. */
  values: Float64Array;
  /** One unit vector a row, in the order of the values. */
  vectors: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric n × n matrix, row-major: Householder's reduction to three diagonals, then implicit QL (Bowdler, Martin, Reinsch,
 * Wilkinson 1968). Throws `diverged` where a value is not finite.
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  if (!matrix.every(Number.isFinite))
    throw new EngineError('diverged', 'The vectors are no longer finite. Choose more regularisation or fewer dimensions.');
  const a = matrix.slice();
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const vectors = reduce(a, n, diagonal, beside);
  iterate(diagonal, beside, vectors, n);
  const order = Array.from(diagonal.keys()).sort((i, j) => (diagonal[i] as number) - (diagonal[j] as number));
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values: Float64Array.from(order, (i) => diagonal[i] as number), vectors: sorted };
}

const dot = (a: Float64Array, from: number, b: Float64Array, at: number, length: number): number => {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (a[from + i] as number) * (b[at + i] as number);
  return sum;
};

const addScaled = (factor: number, a: Float64Array, from: number, b: Float64Array, at: number, length: number): void => {
  for (let i = 0; i < length; i++) b[at + i] = (b[at + i] as number) + factor * (a[from + i] as number);
};

/** Reflects `a` into three diagonals, T = Q A Qᵀ, and returns Q. `a` is overwritten by the reflections, one a row. */
function reduce(a: Float64Array, n: number, diagonal: Float64Array, beside: Float64Array): Float64Array {
  const image = new Float64Array(n);
  for (let k = 0; k + 2 < n; k++) {
    const m = n - k - 1;
    const v = k * n + k + 1;
    const length = Math.sqrt(dot(a, v, a, v, m));
    const first = a[v] as number;
    diagonal[k] = a[k * n + k] as number;
    beside[k] = first > 0 ? -length : length;
    if (length === 0) continue;
    // The row right of the diagonal becomes the reflection's vector, of length √2.
    a[v] = first - (beside[k] as number);
    const scale = Math.sqrt(2 / dot(a, v, a, v, m));
    for (let i = 0; i < m; i++) a[v + i] = scale * (a[v + i] as number);
    for (let i = 0; i < m; i++) image[i] = dot(a, (k + 1 + i) * n + k + 1, a, v, m);
    addScaled(-dot(image, 0, a, v, m) / 2, a, v, image, 0, m);
    for (let i = 0; i < m; i++) {
      const row = (k + 1 + i) * n + k + 1;
      addScaled(-(a[v + i] as number), image, 0, a, row, m);
      addScaled(-(image[i] as number), a, v, a, row, m);
    }
  }
  if (n > 1) {
    diagonal[n - 2] = a[(n - 2) * n + n - 2] as number;
    beside[n - 2] = a[(n - 2) * n + n - 1] as number;
  }
  if (n > 0) diagonal[n - 1] = a[n * n - 1] as number;
  // Q = … R1 R0, from the last reflection back, so that each only touches what is right of and below its diagonal.
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let k = n - 3; k >= 0; k--) {
    const m = n - k - 1;
    const v = k * n + k + 1;
    if (beside[k] === 0) continue;
    for (let i = 0; i < m; i++) {
      const row = (k + 1 + i) * n + k + 1;
      addScaled(-dot(q, row, a, v, m), a, v, q, row, m);
    }
  }
  return q;
}

/** Rotates the three diagonals into one, and the rows of `vectors` with them. */
function iterate(diagonal: Float64Array, beside: Float64Array, vectors: Float64Array, n: number): void {
  const at = (values: Float64Array, i: number): number => values[i] as number;
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(at(diagonal, i)) + Math.abs(at(beside, i)));
  const tiny = Number.EPSILON * largest;
  for (let low = 0; low < n; low++) {
    for (;;) {
      let high = low;
      while (high + 1 < n && Math.abs(at(beside, high)) > tiny) high++;
      if (high === low) break;
      // Wilkinson's shift.
      const half = (at(diagonal, low + 1) - at(diagonal, low)) / (2 * at(beside, low));
      const shift = at(diagonal, low) - at(beside, low) / (half + (half >= 0 ? 1 : -1) * Math.hypot(half, 1));
      let g = at(diagonal, high) - shift;
      let [sine, cosine, p] = [1, 1, 0];
      let i = high - 1;
      for (; i >= low; i--) {
        const f = sine * at(beside, i);
        const b = cosine * at(beside, i);
        const r = Math.hypot(f, g);
        beside[i + 1] = r;
        if (r === 0) {
          diagonal[i + 1] = at(diagonal, i + 1) - p;
          beside[high] = 0;
          break;
        }
        sine = f / r;
        cosine = g / r;
        g = at(diagonal, i + 1) - p;
        const t = (at(diagonal, i) - g) * sine + 2 * cosine * b;
        p = sine * t;
        diagonal[i + 1] = g + p;
        g = cosine * t - b;
        rotate(vectors, i * n, (i + 1) * n, n, sine, cosine);
      }
      if (i >= low) continue;
      diagonal[low] = at(diagonal, low) - p;
      beside[low] = g;
      beside[high] = 0;
    }
  }
}

function rotate(vectors: Float64Array, a: number, b: number, n: number, sine: number, cosine: number): void {
  for (let k = 0; k < n; k++) {
    const left = vectors[a + k] as number;
    const right = vectors[b + k] as number;
    vectors[b + k] = sine * left + cosine * right;
    vectors[a + k] = cosine * left - sine * right;
  }
}

import { dot } from './vectors';

// One side of alternating least squares, row by row, by conjugate gradient from where the row is now. The vectors are in the basis in which the other
// side's Gram matrix is diagonal, so that all pairs together cost one multiplication a dimension, and what is observed is a small correction to a diagonal:
//
//   A = diag(everywhere) + strength · I + Σ over observed w · y yᵀ        b = Σ over observed w · y        A x = b

/** y · p of four vectors at once. */
function fourDots(y0: usize, y1: usize, y2: usize, y3: usize, p: usize, bytes: usize): v128 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 32) {
    const a = v128.load(p + at);
    const b = v128.load(p + at, 16);
    s0 = f32x4.add(s0, f32x4.add(f32x4.mul(a, v128.load(y0 + at)), f32x4.mul(b, v128.load(y0 + at, 16))));
    s1 = f32x4.add(s1, f32x4.add(f32x4.mul(a, v128.load(y1 + at)), f32x4.mul(b, v128.load(y1 + at, 16))));
    s2 = f32x4.add(s2, f32x4.add(f32x4.mul(a, v128.load(y2 + at)), f32x4.mul(b, v128.load(y2 + at, 16))));
    s3 = f32x4.add(s3, f32x4.add(f32x4.mul(a, v128.load(y3 + at)), f32x4.mul(b, v128.load(y3 + at, 16))));
  }
  // A 4 × 4 transposition, and the four rows of it added up.
  const low01 = v128.shuffle<f32>(s0, s1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(s0, s1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(s2, s3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(s2, s3, 2, 6, 3, 7);
  const first = v128.shuffle<f32>(low01, low23, 0, 1, 4, 5);
  const second = v128.shuffle<f32>(low01, low23, 2, 3, 6, 7);
  const third = v128.shuffle<f32>(high01, high23, 0, 1, 4, 5);
  const fourth = v128.shuffle<f32>(high01, high23, 2, 3, 6, 7);
  return f32x4.add(f32x4.add(first, second), f32x4.add(third, fourth));
}

/** out += Σ over four vectors of factor · y. */
function addFour(factors: v128, y0: usize, y1: usize, y2: usize, y3: usize, out: usize, bytes: usize): void {
  const a = v128.shuffle<f32>(factors, factors, 0, 0, 0, 0);
  const b = v128.shuffle<f32>(factors, factors, 1, 1, 1, 1);
  const c = v128.shuffle<f32>(factors, factors, 2, 2, 2, 2);
  const d = v128.shuffle<f32>(factors, factors, 3, 3, 3, 3);
  for (let at: usize = 0; at < bytes; at += 16) {
    const front = f32x4.add(f32x4.mul(a, v128.load(y0 + at)), f32x4.mul(b, v128.load(y1 + at)));
    const back = f32x4.add(f32x4.mul(c, v128.load(y2 + at)), f32x4.mul(d, v128.load(y3 + at)));
    v128.store(out + at, f32x4.add(v128.load(out + at), f32x4.add(front, back)));
  }
}

/** squares += Σ over four vectors of weight · y². */
function addFourSquares(weights: v128, y0: usize, y1: usize, y2: usize, y3: usize, squares: usize, bytes: usize): void {
  const a = v128.shuffle<f32>(weights, weights, 0, 0, 0, 0);
  const b = v128.shuffle<f32>(weights, weights, 1, 1, 1, 1);
  const c = v128.shuffle<f32>(weights, weights, 2, 2, 2, 2);
  const d = v128.shuffle<f32>(weights, weights, 3, 3, 3, 3);
  for (let at: usize = 0; at < bytes; at += 16) {
    const p = v128.load(y0 + at);
    const q = v128.load(y1 + at);
    const r = v128.load(y2 + at);
    const s = v128.load(y3 + at);
    const front = f32x4.add(f32x4.mul(a, f32x4.mul(p, p)), f32x4.mul(b, f32x4.mul(q, q)));
    const back = f32x4.add(f32x4.mul(c, f32x4.mul(r, r)), f32x4.mul(d, f32x4.mul(s, s)));
    v128.store(squares + at, f32x4.add(v128.load(squares + at), f32x4.add(front, back)));
  }
}

/** Weights of four observed pairs from `at` on; 0 beyond the end, and the address of a vector that is there. `weights` 0 counts all as 1. */
function weightsOf(weights: usize, at: i32, end: i32): v128 {
  const left = end - at;
  if (left >= 4) return weights ? v128.load(weights + ((<usize>at) << 2)) : f32x4.splat(1);
  let four = f32x4.splat(0);
  if (!weights) {
    four = f32x4.replace_lane(four, 0, 1);
    if (left > 1) four = f32x4.replace_lane(four, 1, 1);
    if (left > 2) four = f32x4.replace_lane(four, 2, 1);
    return four;
  }
  const from = weights + ((<usize>at) << 2);
  four = f32x4.replace_lane(four, 0, load<f32>(from));
  if (left > 1) four = f32x4.replace_lane(four, 1, load<f32>(from, 4));
  if (left > 2) four = f32x4.replace_lane(four, 2, load<f32>(from, 8));
  return four;
}

function vectorAt(indices: usize, at: i32, end: i32, y: usize, bytes: usize): usize {
  const inside = at < end ? at : end - 1;
  return y + <usize>load<i32>(indices + ((<usize>inside) << 2)) * bytes;
}

/** out += Σ over observed of weight · (y · p) · y. */
function addObserved(indices: usize, weights: usize, begin: i32, end: i32, y: usize, p: usize, out: usize, bytes: usize): void {
  for (let at = begin; at < end; at += 4) {
    const y0 = vectorAt(indices, at, end, y, bytes);
    const y1 = vectorAt(indices, at + 1, end, y, bytes);
    const y2 = vectorAt(indices, at + 2, end, y, bytes);
    const y3 = vectorAt(indices, at + 3, end, y, bytes);
    addFour(f32x4.mul(weightsOf(weights, at, end), fourDots(y0, y1, y2, y3, p, bytes)), y0, y1, y2, y3, out, bytes);
  }
}

/** residual += Σ over observed of weight · (1 − y · x) · y, and diagonal += Σ weight · y². Returns Σ weight · (1 − y · x)². */
function addTargets(
  indices: usize,
  weights: usize,
  begin: i32,
  end: i32,
  y: usize,
  x: usize,
  residual: usize,
  diagonal: usize,
  bytes: usize,
): f32 {
  const one = f32x4.splat(1);
  let errors = f32x4.splat(0);
  for (let at = begin; at < end; at += 4) {
    const y0 = vectorAt(indices, at, end, y, bytes);
    const y1 = vectorAt(indices, at + 1, end, y, bytes);
    const y2 = vectorAt(indices, at + 2, end, y, bytes);
    const y3 = vectorAt(indices, at + 3, end, y, bytes);
    const four = weightsOf(weights, at, end);
    const error = f32x4.sub(one, fourDots(y0, y1, y2, y3, x, bytes));
    const weighted = f32x4.mul(four, error);
    errors = f32x4.add(errors, f32x4.mul(weighted, error));
    addFour(weighted, y0, y1, y2, y3, residual, bytes);
    addFourSquares(four, y0, y1, y2, y3, diagonal, bytes);
  }
  return total(errors);
}

/**
 * Takes rows [from, to) of x `steps` nearer to their solutions. `errors` gets the weighted squared errors of what was observed as they were before. Bytes of
 * scratch: five vectors.
 */
export function solveRows(
  from: i32,
  to: i32,
  scratch: usize,
  indptr: usize,
  indices: usize,
  weights: usize,
  x: usize,
  y: usize,
  everywhere: usize,
  strengths: usize,
  errors: usize,
  steps: i32,
  columns: i32,
): void {
  const bytes = (<usize>columns) << 2;
  const residual = scratch;
  const direction = residual + bytes;
  const image = direction + bytes;
  const base = image + bytes;
  const inverse = base + bytes;
  for (let row = from; row < to; row++) {
    const begin = load<i32>(indptr + ((<usize>row) << 2));
    const end = load<i32>(indptr + ((<usize>row) << 2), 4);
    const own = x + <usize>row * bytes;
    // Whoever has nothing is nowhere.
    if (begin === end) {
      memory.fill(own, 0, bytes);
      continue;
    }
    const strength = f32x4.splat(load<f32>(strengths + ((<usize>row) << 2)));
    for (let at: usize = 0; at < bytes; at += 16) {
      const d = f32x4.add(v128.load(everywhere + at), strength);
      v128.store(base + at, d);
      v128.store(inverse + at, d);
      v128.store(residual + at, f32x4.neg(f32x4.mul(d, v128.load(own + at))));
    }
    const error = addTargets(indices, weights, begin, end, y, own, residual, inverse, bytes);
    store<f32>(errors + ((<usize>row) << 2), error);
    // Jacobi's preconditioner; with few observed pairs it is nearly the matrix.
    let sums = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const m = f32x4.div(f32x4.splat(1), v128.load(inverse + at));
      const r = v128.load(residual + at);
      const z = f32x4.mul(m, r);
      v128.store(inverse + at, m);
      v128.store(direction + at, z);
      sums = f32x4.add(sums, f32x4.mul(r, z));
    }
    let length = total(sums);
    for (let step = 0; step < steps && length > 1e-12; step++) {
      for (let at: usize = 0; at < bytes; at += 16) v128.store(image + at, f32x4.mul(v128.load(base + at), v128.load(direction + at)));
      addObserved(indices, weights, begin, end, y, direction, image, bytes);
      const stride = length / dot(direction, image, bytes);
      const far = f32x4.splat(stride);
      sums = f32x4.splat(0);
      for (let at: usize = 0; at < bytes; at += 16) {
        v128.store(own + at, f32x4.add(v128.load(own + at), f32x4.mul(far, v128.load(direction + at))));
        const r = f32x4.sub(v128.load(residual + at), f32x4.mul(far, v128.load(image + at)));
        v128.store(residual + at, r);
        sums = f32x4.add(sums, f32x4.mul(f32x4.mul(r, r), v128.load(inverse + at)));
      }
      const next = total(sums);
      const turn = f32x4.splat(next / length);
      for (let at: usize = 0; at < bytes; at += 16) {
        const z = f32x4.mul(v128.load(inverse + at), v128.load(residual + at));
        v128.store(direction + at, f32x4.add(z, f32x4.mul(turn, v128.load(direction + at))));
      }
      length = next;
    }
  }
}

function total(sums: v128): f32 {
  return f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
}

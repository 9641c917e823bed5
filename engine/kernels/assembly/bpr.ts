import { expNegative, logOnePlus } from './functions';

// Steps of BPR by stochastic gradient, one after the other: not for several threads. Vectors have `columns` floats, a multiple of 4; column `bias` is 1 for
// users and never changes.

/** sfc32: 32 random bits from the four words at `state`. */
function randomBits(state: usize): u32 {
  const a = load<u32>(state);
  const b = load<u32>(state, 4);
  const c = load<u32>(state, 8);
  const d = load<u32>(state, 12);
  const t = a + b + d;
  store<u32>(state, b ^ (b >>> 9));
  store<u32>(state, c + (c << 3), 4);
  store<u32>(state, ((c << 21) | (c >>> 11)) + t, 8);
  store<u32>(state, d + 1, 12);
  return t;
}

/** Uniform in [0, limit), to within 2⁻³² of even. */
function randomBelow(state: usize, limit: u32): u32 {
  return <u32>((<u64>randomBits(state) * <u64>limit) >>> 32);
}

/** Whether a row whose columns are the ascending integers [low, high) has this one. */
function hasColumn(indices: usize, low: i32, high: i32, column: i32): bool {
  const end = high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<i32>(indices + ((<usize>middle) << 2)) < column) low = middle + 1;
    else high = middle;
  }
  return low < end && load<i32>(indices + ((<usize>low) << 2)) === column;
}

/**
 * Steps from … to: each draws a pair (u, i) of `owners` and `positives` and an item j that u has not, all with the same chance, and with e = σ(−u · (v_i − v_j)):
 *
 *   u += rate · (e · (v_i − v_j) − r · u)      v_i += rate · (e · u − r · v_i)      v_j += rate · (−e · u − r · v_j)
 *
 * Where `fixed` is not 0, items stay as they are. `sums` gets the steps' losses −ln σ(u · (v_i − v_j)) added, as a 64-bit float.
 */
export function bprSteps(
  from: i32,
  to: i32,
  _scratch: usize,
  state: usize,
  sums: usize,
  owners: usize,
  positives: usize,
  indptr: usize,
  indices: usize,
  pairs: i32,
  itemCount: i32,
  users: usize,
  items: usize,
  columns: i32,
  bias: i32,
  rate: f32,
  regularisation: f32,
  fixed: i32,
): void {
  const bytes = (<usize>columns) << 2;
  const step = f32x4.splat(rate);
  const shrunk = f32x4.splat(1 - rate * regularisation);
  let loss: f64 = 0;
  for (let n = from; n < to; n++) {
    const pair = (<usize>randomBelow(state, pairs)) << 2;
    const user = load<i32>(owners + pair);
    const positive = load<i32>(positives + pair);
    const row = indptr + ((<usize>user) << 2);
    const begin = load<i32>(row);
    const end = load<i32>(row, 4);
    // Who has everything has nothing to tell apart.
    if (end - begin >= itemCount) continue;
    let negative = <i32>randomBelow(state, itemCount);
    while (hasColumn(indices, begin, end, negative)) negative = <i32>randomBelow(state, itemCount);

    const u = users + <usize>user * bytes;
    const p = items + <usize>positive * bytes;
    const q = items + <usize>negative * bytes;
    let sum = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16)
      sum = f32x4.add(sum, f32x4.mul(v128.load(u + at), f32x4.sub(v128.load(p + at), v128.load(q + at))));
    const score = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
    const small = expNegative(-abs<f32>(score));
    const error: f32 = (score > 0 ? small : 1) / (1 + small);
    loss += <f64>(max<f32>(-score, 0) + logOnePlus(small));
    const pull = f32x4.mul(step, f32x4.splat(error));
    for (let at: usize = 0; at < bytes; at += 16) {
      const x = v128.load(u + at);
      const y = v128.load(p + at);
      const z = v128.load(q + at);
      const moved = f32x4.mul(pull, x);
      v128.store(u + at, f32x4.add(f32x4.mul(shrunk, x), f32x4.mul(pull, f32x4.sub(y, z))));
      if (fixed) continue;
      v128.store(p + at, f32x4.add(f32x4.mul(shrunk, y), moved));
      v128.store(q + at, f32x4.sub(f32x4.mul(shrunk, z), moved));
    }
    store<f32>(u + ((<usize>bias) << 2), 1);
  }
  store<f64>(sums, load<f64>(sums) + loss);
}

import { selectLargest, sortKeys } from './largest';

/**
 * The `k` most similar things of each of the things [first + from, first + to), by what they have in common:
 *
 *   sim(i, j) = Σ over f that i and j have: weight(f) / (rowNorm(i) · columnNorm(j) + shrinkage)        j ≠ i, only where they have something in common
 *
 * `indptr`, `features` list what each thing has, `featureIndptr`, `things` who has each feature. Row r of the output (from `first` on) has `sizes[r]` pairs in
 * `outColumns` and `outValues`, k apart, in the order of their columns. Weights and norms are above 0. Scratch: 8 bytes a thing, 16 for each of k, and 64.
 */
export function similarRows(
  from: i32,
  to: i32,
  scratch: usize,
  first: i32,
  count: i32,
  indptr: usize,
  features: usize,
  featureIndptr: usize,
  things: usize,
  weights: usize,
  rowNorms: usize,
  columnNorms: usize,
  shrinkage: f32,
  k: i32,
  outColumns: usize,
  outValues: usize,
  sizes: usize,
): void {
  const keys = scratch;
  const sums = keys + ((<usize>k) << 4) + 32;
  const touched = sums + ((<usize>count) << 2);
  for (let row = from; row < to; row++) {
    const thing = first + row;
    let next = touched;
    const end = load<i32>(indptr + ((<usize>thing) << 2), 4);
    for (let at = load<i32>(indptr + ((<usize>thing) << 2)); at < end; at++) {
      const feature = (<usize>load<i32>(features + ((<usize>at) << 2))) << 2;
      const weight = load<f32>(weights + feature);
      const last = things + ((<usize>load<i32>(featureIndptr + feature, 4)) << 2);
      for (let place = things + ((<usize>load<i32>(featureIndptr + feature)) << 2); place < last; place += 4) {
        const other = load<i32>(place);
        const slot = sums + ((<usize>other) << 2);
        const sum = load<f32>(slot);
        // Written every time, and kept only where the sum was zero: no branch to guess.
        store<i32>(next, other);
        next += (<usize>(sum === 0)) << 2;
        store<f32>(slot, sum + weight);
      }
    }
    // Similarities are above 0, so that their bits are in their order; of equal ones the lower row is the larger key.
    const norm = load<f32>(rowNorms + ((<usize>thing) << 2));
    let floor: u64 = 0;
    let held = 0;
    for (let place = touched; place < next; place += 4) {
      const other = load<i32>(place);
      const slot = (<usize>other) << 2;
      const value = load<f32>(sums + slot) / (norm * load<f32>(columnNorms + slot) + shrinkage);
      store<f32>(sums + slot, 0);
      const key = ((<u64>reinterpret<u32>(value)) << 32) | <u64>~(<u32>other);
      store<u64>(keys + ((<usize>held) << 3), key);
      held += i32(key > floor) & i32(other !== thing);
      if (held < 2 * k) continue;
      selectLargest(keys, held, k);
      held = k;
      floor = load<u64>(keys + ((<usize>(k - 1)) << 3));
    }
    if (held > k) {
      selectLargest(keys, held, k);
      held = k;
    }
    writeRow(keys, held, outColumns + ((<usize>row * <usize>k) << 2), outValues + ((<usize>row * <usize>k) << 2));
    store<i32>(sizes + ((<usize>row) << 2), held);
  }
}

/** Similarities and rows out of their keys, in the order of the rows. */
function writeRow(keys: usize, count: i32, columns: usize, values: usize): void {
  const end = keys + ((<usize>count) << 3);
  for (let place = keys; place < end; place += 8) {
    const key = load<u64>(place);
    store<u64>(place, ((<u64>~(<u32>key)) << 32) | (key >> 32));
  }
  sortKeys(keys, count);
  for (let i: usize = 0; i < <usize>count; i++) {
    const key = load<u64>(keys + (i << 3));
    store<i32>(columns + (i << 2), <i32>(key >> 32));
    store<u32>(values + (i << 2), <u32>key);
  }
}

// Bags of weighted rows of an embedding table, and Adagrad on the rows that a batch touched. Rows may have any number of columns.

/** out += Σ over [begin, end) of weight · source row. */
function addRows(begin: i32, end: i32, rows: usize, weights: usize, source: usize, out: usize, bytes: usize): void {
  const whole = bytes & ~15;
  let at = begin;
  for (; at + 4 <= end; at += 4) {
    const place = (<usize>at) << 2;
    const y0 = source + <usize>load<i32>(rows + place) * bytes;
    const y1 = source + <usize>load<i32>(rows + place, 4) * bytes;
    const y2 = source + <usize>load<i32>(rows + place, 8) * bytes;
    const y3 = source + <usize>load<i32>(rows + place, 12) * bytes;
    const a = v128.load32_splat(weights + place);
    const b = v128.load32_splat(weights + place, 4);
    const c = v128.load32_splat(weights + place, 8);
    const d = v128.load32_splat(weights + place, 12);
    for (let i: usize = 0; i < whole; i += 16) {
      const front = f32x4.add(f32x4.mul(a, v128.load(y0 + i)), f32x4.mul(b, v128.load(y1 + i)));
      const back = f32x4.add(f32x4.mul(c, v128.load(y2 + i)), f32x4.mul(d, v128.load(y3 + i)));
      v128.store(out + i, f32x4.add(v128.load(out + i), f32x4.add(front, back)));
    }
    for (let i = whole; i < bytes; i += 4) {
      const front = f32x4.extract_lane(a, 0) * load<f32>(y0 + i) + f32x4.extract_lane(b, 0) * load<f32>(y1 + i);
      const back = f32x4.extract_lane(c, 0) * load<f32>(y2 + i) + f32x4.extract_lane(d, 0) * load<f32>(y3 + i);
      store<f32>(out + i, load<f32>(out + i) + (front + back));
    }
  }
  for (; at < end; at++) {
    const place = (<usize>at) << 2;
    const y = source + <usize>load<i32>(rows + place) * bytes;
    const a = v128.load32_splat(weights + place);
    for (let i: usize = 0; i < whole; i += 16) v128.store(out + i, f32x4.add(v128.load(out + i), f32x4.mul(a, v128.load(y + i))));
    for (let i = whole; i < bytes; i += 4) store<f32>(out + i, load<f32>(out + i) + f32x4.extract_lane(a, 0) * load<f32>(y + i));
  }
}

/** Row b of `out` is Σ weight · table row over the entries [offsets[b], offsets[b + 1]). */
export function bagSums(
  from: i32,
  to: i32,
  _scratch: usize,
  offsets: usize,
  rows: usize,
  weights: usize,
  table: usize,
  out: usize,
  columns: i32,
): void {
  const bytes = (<usize>columns) << 2;
  for (let bag = from; bag < to; bag++) {
    const into = out + <usize>bag * bytes;
    memory.fill(into, 0, bytes);
    const place = offsets + ((<usize>bag) << 2);
    addRows(load<i32>(place), load<i32>(place, 4), rows, weights, table, into, bytes);
  }
}

/**
 * For each touched row, with g = Σ weight · gradient of the bags that have it: squares += g², row -= rate · g / √squares. Scratch: a row.
 */
export function adagradRows(
  from: i32,
  to: i32,
  scratch: usize,
  touched: usize,
  offsets: usize,
  bags: usize,
  weights: usize,
  gradient: usize,
  table: usize,
  squares: usize,
  rate: f32,
  columns: i32,
): void {
  const bytes = (<usize>columns) << 2;
  const whole = bytes & ~15;
  const rates = f32x4.splat(rate);
  for (let index = from; index < to; index++) {
    const place = (<usize>index) << 2;
    const at = <usize>load<i32>(touched + place) * bytes;
    const row = table + at;
    const sums = squares + at;
    memory.fill(scratch, 0, bytes);
    addRows(load<i32>(offsets + place), load<i32>(offsets + place, 4), bags, weights, gradient, scratch, bytes);
    for (let i: usize = 0; i < whole; i += 16) {
      const g = v128.load(scratch + i);
      const sum = f32x4.add(v128.load(sums + i), f32x4.mul(g, g));
      v128.store(sums + i, sum);
      v128.store(row + i, f32x4.sub(v128.load(row + i), f32x4.div(f32x4.mul(rates, g), f32x4.sqrt(sum))));
    }
    for (let i = whole; i < bytes; i += 4) {
      const g = load<f32>(scratch + i);
      const sum = load<f32>(sums + i) + g * g;
      store<f32>(sums + i, sum);
      store<f32>(row + i, load<f32>(row + i) - (rate * g) / sqrt<f32>(sum));
    }
  }
}

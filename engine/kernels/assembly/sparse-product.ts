/**
 * out = base + S · x for rows [from, to) of a sparse S (indptr, indices, values); x, base and out have `columns` floats a row, a multiple of 16. The base of address
 * 0 is zero. Sixteen columns at a time stay in registers while a row's cells go by.
 */
export function sparseProduct(
  from: i32,
  to: i32,
  _scratch: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  x: usize,
  base: usize,
  out: usize,
  columns: i32,
): void {
  const bytes = (<usize>columns) << 2;
  for (let row = from; row < to; row++) {
    const own = <usize>row * bytes;
    const begin = (<usize>load<i32>(indptr + ((<usize>row) << 2))) << 2;
    const end = (<usize>load<i32>(indptr + ((<usize>row) << 2), 4)) << 2;
    for (let column: usize = 0; column < bytes; column += 64) {
      let a = f32x4.splat(0);
      let b = f32x4.splat(0);
      let c = f32x4.splat(0);
      let d = f32x4.splat(0);
      if (base != 0) {
        const start = base + own + column;
        a = v128.load(start);
        b = v128.load(start, 16);
        c = v128.load(start, 32);
        d = v128.load(start, 48);
      }
      for (let at = begin; at < end; at += 4) {
        const weight = v128.load32_splat(values + at);
        const other = x + <usize>load<i32>(indices + at) * bytes + column;
        a = f32x4.add(a, f32x4.mul(weight, v128.load(other)));
        b = f32x4.add(b, f32x4.mul(weight, v128.load(other, 16)));
        c = f32x4.add(c, f32x4.mul(weight, v128.load(other, 32)));
        d = f32x4.add(d, f32x4.mul(weight, v128.load(other, 48)));
      }
      const into = out + own + column;
      v128.store(into, a);
      v128.store(into, b, 16);
      v128.store(into, c, 32);
      v128.store(into, d, 48);
    }
  }
}

/**
 * out = X · B for rows [from, to) of X with `inner` floats a row and a B of inner × columns, a multiple of 8. `out` may be X where inner = columns.
 * Bytes of scratch: four rows of X.
 */
export function denseProduct(from: i32, to: i32, scratch: usize, x: usize, b: usize, out: usize, inner: i32, columns: i32): void {
  const width = (<usize>inner) << 2;
  const bytes = (<usize>columns) << 2;
  for (let row = from; row < to; row += 4) {
    const count = min(4, to - row);
    memory.copy(scratch, x + <usize>row * width, <usize>count * width);
    // Beyond the last row it is computed again.
    const r1 = count > 1 ? width : 0;
    const r2 = count > 2 ? 2 * width : 0;
    const r3 = count > 3 ? 3 * width : 0;
    const into = out + <usize>row * bytes;
    for (let at: usize = 0; at < bytes; at += 32) {
      let a0 = f32x4.splat(0);
      let a1 = f32x4.splat(0);
      let b0 = f32x4.splat(0);
      let b1 = f32x4.splat(0);
      let c0 = f32x4.splat(0);
      let c1 = f32x4.splat(0);
      let d0 = f32x4.splat(0);
      let d1 = f32x4.splat(0);
      let right = b + at;
      for (let left: usize = scratch; left < scratch + width; left += 4) {
        const p = v128.load(right);
        const q = v128.load(right, 16);
        const e = v128.load32_splat(left);
        a0 = f32x4.add(a0, f32x4.mul(e, p));
        a1 = f32x4.add(a1, f32x4.mul(e, q));
        const f = v128.load32_splat(left + r1);
        b0 = f32x4.add(b0, f32x4.mul(f, p));
        b1 = f32x4.add(b1, f32x4.mul(f, q));
        const g = v128.load32_splat(left + r2);
        c0 = f32x4.add(c0, f32x4.mul(g, p));
        c1 = f32x4.add(c1, f32x4.mul(g, q));
        const h = v128.load32_splat(left + r3);
        d0 = f32x4.add(d0, f32x4.mul(h, p));
        d1 = f32x4.add(d1, f32x4.mul(h, q));
        right += bytes;
      }
      v128.store(into + at, a0);
      v128.store(into + at, a1, 16);
      if (count > 1) {
        v128.store(into + bytes + at, b0);
        v128.store(into + bytes + at, b1, 16);
      }
      if (count > 2) {
        v128.store(into + 2 * bytes + at, c0);
        v128.store(into + 2 * bytes + at, c1, 16);
      }
      if (count > 3) {
        v128.store(into + 3 * bytes + at, d0);
        v128.store(into + 3 * bytes + at, d1, 16);
      }
    }
  }
}

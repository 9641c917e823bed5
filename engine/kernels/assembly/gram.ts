/** Rows whose values stay in the nearest cache while their tiles are computed, at 64 columns. */
const near = 64;

/**
 * Xᵀ X of block after block of the rows of X, `columns` floats a row, a multiple of 16: block b is rows [b · size, (b + 1) · size) and goes to the b-th matrix of
 * `out`, its upper triangle in tiles of 4 × 8. The caller adds the blocks up in their order. A row of this kernel is a block.
 */
export function gramBlocks(from: i32, to: i32, _scratch: usize, x: usize, rows: i32, size: i32, out: usize, columns: i32): void {
  const bytes = (<usize>columns) << 2;
  for (let block = from; block < to; block++) {
    const into = out + <usize>block * bytes * <usize>columns;
    memory.fill(into, 0, bytes * <usize>columns);
    const last = min(rows, (block + 1) * size);
    for (let row = block * size; row < last; row += near) {
      const count = min(near, last - row);
      for (let i = 0; i < columns; i += 4)
        for (let j = i & ~7; j < columns; j += 8) addTile(x + <usize>row * bytes, count, bytes, i, j, into);
    }
  }
}

/** Adds rows' products of columns [i, i + 4) and [j, j + 8). */
function addTile(x: usize, count: i32, bytes: usize, i: i32, j: i32, into: usize): void {
  let at = into + <usize>i * bytes + ((<usize>j) << 2);
  let a0 = v128.load(at);
  let a1 = v128.load(at, 16);
  at += bytes;
  let b0 = v128.load(at);
  let b1 = v128.load(at, 16);
  at += bytes;
  let c0 = v128.load(at);
  let c1 = v128.load(at, 16);
  at += bytes;
  let d0 = v128.load(at);
  let d1 = v128.load(at, 16);
  let left = x + ((<usize>i) << 2);
  let right = x + ((<usize>j) << 2);
  for (let row = 0; row < count; row++) {
    const p = v128.load(right);
    const q = v128.load(right, 16);
    const a = v128.load32_splat(left);
    a0 = f32x4.add(a0, f32x4.mul(a, p));
    a1 = f32x4.add(a1, f32x4.mul(a, q));
    const b = v128.load32_splat(left, 4);
    b0 = f32x4.add(b0, f32x4.mul(b, p));
    b1 = f32x4.add(b1, f32x4.mul(b, q));
    const c = v128.load32_splat(left, 8);
    c0 = f32x4.add(c0, f32x4.mul(c, p));
    c1 = f32x4.add(c1, f32x4.mul(c, q));
    const d = v128.load32_splat(left, 12);
    d0 = f32x4.add(d0, f32x4.mul(d, p));
    d1 = f32x4.add(d1, f32x4.mul(d, q));
    left += bytes;
    right += bytes;
  }
  at = into + <usize>i * bytes + ((<usize>j) << 2);
  v128.store(at, a0);
  v128.store(at, a1, 16);
  at += bytes;
  v128.store(at, b0);
  v128.store(at, b1, 16);
  at += bytes;
  v128.store(at, c0);
  v128.store(at, c1, 16);
  at += bytes;
  v128.store(at, d0);
  v128.store(at, d1, 16);
}

import { addScaled } from './vectors';

/**
 * out = S · X for rows [from, to) of a sparse matrix S (indptr, indices, values) and a dense X of `columns` floats a row, a multiple of 16.
 */
export function sparseProduct(
  from: i32,
  to: i32,
  _scratch: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  x: usize,
  out: usize,
  columns: i32,
): void {
  const bytes = (<usize>columns) << 2;
  for (let row = from; row < to; row++) {
    const into = out + <usize>row * bytes;
    memory.fill(into, 0, bytes);
    const end = load<i32>(indptr + ((<usize>row) << 2), 4);
    for (let at = load<i32>(indptr + ((<usize>row) << 2)); at < end; at++) {
      const offset = (<usize>at) << 2;
      addScaled(load<f32>(values + offset), x + <usize>load<i32>(indices + offset) * bytes, into, bytes);
    }
  }
}

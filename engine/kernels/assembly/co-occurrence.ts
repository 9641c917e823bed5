/**
 * Rows of the lower half of Xᵀ diag(w) X of a sparse X of ones: row r of `out`, `columns` floats long and zero at the start, is of column first + r of X, and
 *
 *   out[r][j] = Σ over the rows f of X that have both: weight(f)        j ≤ first + r
 *
 * `indptr`, `features` list the rows of X by column, `featureIndptr`, `things` the columns of each row, ascending.
 */
export function coOccurrence(
  from: i32,
  to: i32,
  _scratch: usize,
  first: i32,
  indptr: usize,
  features: usize,
  featureIndptr: usize,
  things: usize,
  weights: usize,
  out: usize,
  columns: i32,
): void {
  for (let row = from; row < to; row++) {
    const thing = first + row;
    const into = out + ((<usize>row * <usize>columns) << 2);
    const end = load<i32>(indptr + ((<usize>thing) << 2), 4);
    for (let at = load<i32>(indptr + ((<usize>thing) << 2)); at < end; at++) {
      const feature = (<usize>load<i32>(features + ((<usize>at) << 2))) << 2;
      const weight = load<f32>(weights + feature);
      // The row has this column itself: the walk ends there.
      for (let place = things + ((<usize>load<i32>(featureIndptr + feature)) << 2); ; place += 4) {
        const other = load<i32>(place);
        const slot = into + ((<usize>other) << 2);
        store<f32>(slot, load<f32>(slot) + weight);
        if (other == thing) break;
      }
    }
  }
}

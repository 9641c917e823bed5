import { offer, sortByValue } from './heap';

/**
 * Rows [from, to) of `scores` (rows × columns): the k best columns into `tops` (rows × k, best first, -1 where there are fewer) and their scores into `values`.
 * A score of -Infinity or NaN is left out; of equal scores the lower column comes first. Sixteen scores at a time are compared with the worst that is kept.
 */
export function selectTop(from: i32, to: i32, _scratch: usize, scores: usize, columns: i32, k: i32, tops: usize, values: usize): void {
  const whole = columns & ~15;
  for (let row = from; row < to; row++) {
    const own = scores + ((<usize>row * <usize>columns) << 2);
    const kept = tops + ((<usize>row * <usize>k) << 2);
    const best = values + ((<usize>row * <usize>k) << 2);
    let size = 0;
    let floor: f32 = -Infinity;
    for (let begin = 0; begin < columns; begin += 16) {
      if (begin < whole) {
        const place = own + ((<usize>begin) << 2);
        const limit = f32x4.splat(floor);
        const above = v128.or(
          v128.or(f32x4.gt(v128.load(place), limit), f32x4.gt(v128.load(place, 16), limit)),
          v128.or(f32x4.gt(v128.load(place, 32), limit), f32x4.gt(v128.load(place, 48), limit)),
        );
        if (!v128.any_true(above)) continue;
      }
      const end = begin < whole ? begin + 16 : columns;
      for (let column = begin; column < end; column++) {
        const score = load<f32>(own + ((<usize>column) << 2));
        if (!(score > floor)) continue;
        size = offer(best, kept, size, k, score, column);
        if (size >= k) floor = load<f32>(best);
      }
    }
    sortByValue(best, kept, size);
    for (let i = size; i < k; i++) {
      store<i32>(kept + ((<usize>i) << 2), -1);
      store<f32>(best + ((<usize>i) << 2), -Infinity);
    }
  }
}

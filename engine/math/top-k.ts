/** The best k of many scores, by partial selection: one pass with a small heap. Equal scores: the lower row first. */
export interface TopK {
  /** Rows, best first; -1 where fewer than k had a score. */
  rows: Int32Array;
  /** Their scores; -Infinity where there is none. */
  scores: Float32Array;
}

/**
 * Writes the best `k` of `scores[offset .. offset + count)` to `rows` and `best` from `at` on, best first, and returns how many there were.
 * A score of -Infinity or NaN is left out. `rows` gets positions relative to `offset`, -1 for what is missing.
 */
export function selectTopK(
  scores: Float32Array,
  offset: number,
  count: number,
  k: number,
  rows: Int32Array,
  best: Float32Array,
  at: number,
): number {
  let size = 0;
  // A heap with the worst kept on top: lower score, or the same score and a higher row. Rows come ascending, so an equal score never displaces.
  const worse = (a: number, b: number): boolean => {
    const left = best[at + a] as number;
    const right = best[at + b] as number;
    return left < right || (left === right && (rows[at + a] as number) > (rows[at + b] as number));
  };
  const swap = (a: number, b: number): void => {
    const score = best[at + a] as number;
    const row = rows[at + a] as number;
    best[at + a] = best[at + b] as number;
    rows[at + a] = rows[at + b] as number;
    best[at + b] = score;
    rows[at + b] = row;
  };
  const sink = (length: number): void => {
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      if (left >= length) return;
      const child = left + 1 < length && worse(left + 1, left) ? left + 1 : left;
      if (!worse(child, parent)) return;
      swap(child, parent);
      parent = child;
    }
  };

  let floor = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const score = scores[offset + i] as number;
    if (!(score > floor)) continue;
    if (size < k) {
      let child = size++;
      best[at + child] = score;
      rows[at + child] = i;
      while (child > 0) {
        const parent = (child - 1) >> 1;
        if (!worse(child, parent)) break;
        swap(child, parent);
        child = parent;
      }
      if (size < k) continue;
    } else {
      best[at] = score;
      rows[at] = i;
      sink(size);
    }
    floor = best[at] as number;
  }
  for (let length = size - 1; length > 0; length--) {
    swap(0, length);
    sink(length);
  }
  rows.fill(-1, at + size, at + k);
  best.fill(Number.NEGATIVE_INFINITY, at + size, at + k);
  return size;
}

/** The best k of an array of scores. */
export function topK(scores: Float32Array, k: number): TopK {
  const rows = new Int32Array(k);
  const best = new Float32Array(k);
  selectTopK(scores, 0, scores.length, k, rows, best, 0);
  return { rows, scores: best };
}

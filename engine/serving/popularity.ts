import { topK } from '../math/top-k.ts';

/** So many are kept in order: enough for the largest k after leaving out what somebody has had. */
const keptItems = 20_000;

export interface Ranked {
  rows: number[];
  scores: number[];
}

/** Items by popularity, for who is not known and for when all else fails. */
export interface PopularityList {
  /** The k most popular items that `seen` does not mark; equal popularity by row. */
  top(k: number, seen: Uint8Array): Ranked;
}

/** @param popularity one value an item, higher is more popular */
export function createPopularityList(popularity: Float32Array): PopularityList {
  const ordered = topK(popularity, Math.min(popularity.length, keptItems));
  return {
    top(k, seen) {
      const ranked: Ranked = { rows: [], scores: [] };
      for (let i = 0; i < ordered.rows.length && ranked.rows.length < k; i++) {
        const row = ordered.rows[i] as number;
        if (seen[row] === 1) continue;
        ranked.rows.push(row);
        ranked.scores.push(ordered.scores[i] as number);
      }
      return ranked;
    },
  };
}

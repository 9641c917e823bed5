import { topK } from '../math/top-k.ts';
import type { LeftOut } from '../retrieval/scan-index.ts';

/** So many are kept in order; where filters leave too few of them, all items are looked at. */
const keptItems = 20_000;

export interface Ranked {
  rows: number[];
  scores: number[];
}

/** Items by popularity, for who is not known and for when all else fails. */
export interface PopularityList {
  /** The k most popular items that are not left out; equal popularity by row. */
  top(k: number, without: LeftOut): Ranked;
}

/** @param popularity one value an item, higher is more popular */
export function createPopularityList(popularity: Float32Array): PopularityList {
  const kept = Math.min(popularity.length, keptItems);
  const ordered = topK(popularity, kept);

  const take = (from: { rows: Int32Array; scores: Float32Array }, k: number, { allowed }: LeftOut, had: ReadonlySet<number>): Ranked => {
    const ranked: Ranked = { rows: [], scores: [] };
    for (let i = 0; i < from.rows.length && ranked.rows.length < k; i++) {
      const row = from.rows[i] as number;
      if (row < 0 || had.has(row) || (allowed && allowed[row] === 0)) continue;
      ranked.rows.push(row);
      ranked.scores.push(from.scores[i] as number);
    }
    return ranked;
  };

  return {
    top(k, without) {
      const had = new Set(without.rows);
      const found = take(ordered, k, without, had);
      if (found.rows.length === k || kept === popularity.length) return found;
      const masked = popularity.map((value, row) => (without.allowed && without.allowed[row] === 0 ? Number.NEGATIVE_INFINITY : value));
      return take(topK(masked, Math.min(popularity.length, k + had.size)), k, without, had);
    },
  };
}

import type { Matrix } from '../math/arrays.ts';
import type { LeftOut, ScanIndex } from '../retrieval/scan-index.ts';
import type { VectorIndex } from '../retrieval/vector-index.ts';
import type { Ranked } from './popularity.ts';

/** A graph is asked for up to so large a share of the items before all are read instead. */
const widest = 0.25;

export const canLeaveOut = (index: VectorIndex): index is ScanIndex => 'searchWithout' in index;

/** Throws an Error where a stage gave a score that orders nothing. */
export function checkFinite(scores: ArrayLike<number>, stage: string): void {
  for (let i = 0; i < scores.length; i++) if (!Number.isFinite(scores[i])) throw new Error(`The ${stage} gave a score that is not finite.`);
}

/**
 * The `wanted` best items for a vector that are not left out. A scan leaves them out while it reads; a graph cannot, so it is asked for more and more,
 * and where a filter leaves little, or the graph finds too little, the scan is asked instead.
 */
export function findCandidates(
  search: { index: VectorIndex; scan: ScanIndex | null; items: Matrix },
  query: Float32Array,
  wanted: number,
  without: LeftOut & { allowedCount: number },
): Ranked {
  const { index, scan, items } = search;
  const scanned = (): Ranked | null => {
    const exact = canLeaveOut(index) ? index : scan;
    if (!exact) return null;
    const { rows, scores } = exact.searchWithout(query, wanted, without);
    checkFinite(scores, 'vector search');
    return { rows: [...rows], scores: [...scores] };
  };
  const share = without.allowed ? without.allowedCount / items.rows : 1;
  if (canLeaveOut(index) || share < widest) {
    const found = scanned();
    if (found) return found;
  }
  const had = new Set(without.rows);
  let asked = Math.min(items.rows, Math.ceil((wanted + had.size) / Math.max(share, 0.001)));
  for (;;) {
    const { rows, scores } = index.search(query, asked);
    checkFinite(scores, 'vector search');
    const found: Ranked = { rows: [], scores: [] };
    for (let at = 0; at < rows.length && found.rows.length < wanted; at++) {
      const row = rows[at] as number;
      if (had.has(row) || (without.allowed && without.allowed[row] === 0)) continue;
      found.rows.push(row);
      found.scores.push(scores[at] as number);
    }
    if (found.rows.length >= wanted || asked >= items.rows) return found;
    // An approximate search may miss some of what was asked for.
    asked = Math.min(items.rows, 2 * asked);
    if (asked > widest * items.rows) {
      const all = scanned();
      if (all) return all;
    }
  }
}

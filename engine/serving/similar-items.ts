import { type Matrix, rowAt } from '../math/arrays.ts';
import { topK } from '../math/top-k.ts';
import { createScanIndex, type LeftOut, type ScanIndex } from '../retrieval/scan-index.ts';
import type { Ranked } from './popularity.ts';

function scanAll(unit: Matrix, row: number, k: number, { rows, allowed }: LeftOut): Ranked {
  const query = rowAt(unit, row);
  const out = new Set(rows);
  const scores = new Float32Array(unit.rows);
  for (let other = 0; other < unit.rows; other++) {
    const may = !out.has(other) && (!allowed || allowed[other] === 1);
    let dot = 0;
    if (may) for (let i = 0; i < unit.columns; i++) dot += (query[i] as number) * (unit.data[other * unit.columns + i] as number);
    scores[other] = may ? dot : Number.NEGATIVE_INFINITY;
  }
  const best = topK(scores, Math.min(k, unit.rows));
  const count = best.rows.findIndex((found) => found < 0);
  const end = count < 0 ? best.rows.length : count;
  return { rows: [...best.rows.subarray(0, end)], scores: [...best.scores.subarray(0, end)] };
}

/** Finds the nearest items by cosine, the item itself and what is left out excepted. The index of directions is made when it is first needed. */
export function createSimilarItems(unit: Matrix): (row: number, k: number, without: LeftOut) => Ranked {
  let index: ScanIndex | null | undefined;
  return (row, k, { rows, allowed }) => {
    const without = { rows: [row, ...rows], allowed };
    if (index === undefined) index = createScanIndex(unit);
    if (!index) return scanAll(unit, row, k, without);
    const found = index.searchWithout(rowAt(unit, row), k, without);
    return { rows: [...found.rows], scores: [...found.scores] };
  };
}

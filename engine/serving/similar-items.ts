import type { Matrix } from '../math/arrays.ts';
import { topK } from '../math/top-k.ts';
import type { VectorIndex } from '../retrieval/vector-index.ts';
import type { Ranked } from './popularity.ts';

/** Lengths this close to one another count as equal: then the order by dot product is the order by cosine. */
const equalLengths = 1e-3;

/**
 * Finds the nearest items by cosine. Where all vectors are of one length the index finds them; else every item is compared, since an index by
 * dot product prefers long vectors.
 */
export function createSimilarItems({ rows, columns, data }: Matrix, currentIndex: () => VectorIndex): (row: number, k: number) => Ranked {
  const lengths = new Float32Array(rows);
  let shortest = Number.POSITIVE_INFINITY;
  let longest = 0;
  for (let row = 0; row < rows; row++) {
    let square = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) square += (data[i] as number) ** 2;
    const length = Math.sqrt(square);
    lengths[row] = length;
    shortest = Math.min(shortest, length);
    longest = Math.max(longest, length);
  }
  const byIndex = shortest > 0 && longest - shortest <= equalLengths * longest;

  const cosines = (row: number): Float32Array => {
    const scores = new Float32Array(rows);
    const start = row * columns;
    for (let other = 0; other < rows; other++) {
      let dot = 0;
      for (let i = 0; i < columns; i++) dot += (data[start + i] as number) * (data[other * columns + i] as number);
      const product = (lengths[row] as number) * (lengths[other] as number);
      scores[other] = product > 0 ? dot / product : 0;
    }
    return scores;
  };

  return (row, k) => {
    const asked = Math.min(rows, k + 1);
    const found = byIndex ? currentIndex().search(data.subarray(row * columns, (row + 1) * columns), asked) : topK(cosines(row), asked);
    const ranked: Ranked = { rows: [], scores: [] };
    for (let at = 0; at < found.rows.length && ranked.rows.length < k; at++) {
      const other = found.rows[at] as number;
      if (other === row) continue;
      const scale = byIndex ? (lengths[row] as number) * (lengths[other] as number) : 1;
      ranked.rows.push(other);
      ranked.scores.push((found.scores[at] as number) / scale);
    }
    return ranked;
  };
}
